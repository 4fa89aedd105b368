import type { CallSite, ResourceDeclaration } from '../../network/resource.ts';
import type { Value } from '../../network/value.ts';
import type { Instance } from './instance.ts';

/** What a module call deploys. */
export interface ModuleTarget {
  /** The Bicep file's instance, when it is one. */
  readonly instance: Instance | undefined;
  readonly outputNames: Iterable<string>;
  output(name: string): Value | undefined;
  /** What something else than a Bicep file deploys, as if it existed for certain. */
  declarations(via: readonly CallSite[]): readonly ResourceDeclaration[];
}

/** A local Bicep file as a module. */
export class BicepTarget implements ModuleTarget {
  constructor(readonly instance: Instance) {}

  get outputNames(): Iterable<string> {
    return this.instance.source.program.outputs.keys();
  }

  output(name: string): Value | undefined {
    return this.instance.output(name);
  }

  declarations(): readonly ResourceDeclaration[] {
    return [];
  }
}
