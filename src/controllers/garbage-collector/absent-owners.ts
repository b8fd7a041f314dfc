import { identityText, type Identity } from './identity.ts';

const LIMIT = 500;

/** Owners that were looked up and do not exist; the most recently used ones are kept. */
export class AbsentOwners {
  readonly #known = new Set<string>();

  add(identity: Identity): void {
    const text = identityText(identity);
    this.#known.delete(text);
    this.#known.add(text);
    if (this.#known.size > LIMIT) for (const oldest of this.#known) return void this.#known.delete(oldest);
  }

  has(identity: Identity): boolean {
    const text = identityText(identity);
    if (!this.#known.delete(text)) return false;
    this.#known.add(text);
    return true;
  }
}
