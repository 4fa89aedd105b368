import type { CallSite, ResourceDeclaration } from '../../network/resource.ts';
import type { Value } from '../../network/value.ts';
import type { CalledTemplate } from '../arm/module.ts';
import { type HiddenFile, hideDeclaration, hideValue } from './hidden-values.ts';
import type { Instance } from './instance.ts';

/** What a module call deploys. */
export interface ModuleTarget {
  /** The Bicep file's instance, when it is one whose places may be seen. */
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

/** A template in JSON as a module. */
export class TemplateTarget implements ModuleTarget {
  readonly instance = undefined;

  constructor(private readonly template: CalledTemplate) {}

  get outputNames(): Iterable<string> {
    return this.template.outputNames;
  }

  output(name: string): Value | undefined {
    return this.template.output(name);
  }

  declarations(via: readonly CallSite[]): readonly ResourceDeclaration[] {
    return this.template.declarations(via);
  }
}

/** A module from a registry: what it deploys stands at the call, since its text is not the user's. */
export class HiddenTarget implements ModuleTarget {
  readonly instance = undefined;

  constructor(
    private readonly inner: ModuleTarget,
    private readonly file: HiddenFile,
    private readonly readInstance: (instance: Instance, via: readonly CallSite[]) => readonly ResourceDeclaration[],
  ) {}

  get outputNames(): Iterable<string> {
    return this.inner.outputNames;
  }

  output(name: string): Value | undefined {
    const value = this.inner.output(name);
    return value && hideValue(value, this.file);
  }

  declarations(via: readonly CallSite[]): readonly ResourceDeclaration[] {
    const { instance } = this.inner;
    const declarations = instance ? this.readInstance(instance, via) : this.inner.declarations(via);
    return declarations.map(declaration => hideDeclaration(declaration, this.file));
  }
}
