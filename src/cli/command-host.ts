/** What a command needs of the process around it; tests pass their own. */
export interface CommandHost {
  readonly workingDirectory: string;
  readonly version: string;
  stdout(text: string): Promise<void>;
  stderr(text: string): void;
  /** The whole of standard input. */
  stdin(): Promise<string>;
  /** A file that ships with the product. */
  loadAsset(name: string): Promise<Uint8Array>;
}
