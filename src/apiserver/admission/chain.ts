import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';

/**
 * Runs plugins in their order: first all changes, and again when a plugin asks for it, later, on the finished object, all checks. The
 * first refusal ends it.
 */
export class AdmissionChain {
  readonly #plugins: readonly AdmissionPlugin[];

  constructor(plugins: readonly AdmissionPlugin[]) {
    this.#plugins = plugins;
  }

  /** Names of the plugins that change, and of those that check, for the log at start. */
  get names(): { readonly mutating: string[]; readonly validating: string[] } {
    return {
      mutating: this.#plugins.filter((p) => p.admit).map((p) => p.name),
      validating: this.#plugins.filter((p) => p.validate).map((p) => p.name),
    };
  }

  async admit(attributes: AdmissionAttributes): Promise<void> {
    const reinvocation = (attributes.reinvocation ??= { needed: false, running: false });
    await this.#change(attributes);
    if (!reinvocation.needed) return;
    reinvocation.running = true;
    await this.#change(attributes);
  }

  async #change(attributes: AdmissionAttributes): Promise<void> {
    for (const plugin of this.#plugins) {
      if (plugin.admit && plugin.handles(attributes.operation)) await plugin.admit(attributes);
    }
  }

  async validate(attributes: AdmissionAttributes): Promise<void> {
    for (const plugin of this.#plugins) {
      if (plugin.validate && plugin.handles(attributes.operation)) await plugin.validate(attributes);
    }
  }
}
