import type { AnyObject } from '../../../api/object.ts';
import { semanticEqual } from '../../registry/shared/semantic-equal.ts';

/** Which webhooks are asked again in the second round of one request (webhookReinvokeContext). */
export class Reinvocations {
  #output: AnyObject | undefined;
  /** Asked already, and willing to be asked again. */
  readonly #willing = new Set<string>();
  readonly #again = new Set<string>();

  /** In the second round, plugins may have changed the object since the webhooks of the first saw it. */
  begin(object: AnyObject | undefined, secondRound: boolean): void {
    if (secondRound && !semanticEqual(this.#output, object)) this.changed();
  }

  end(object: AnyObject | undefined): void {
    this.#output = object && structuredClone(object);
  }

  /** Every willing webhook asked so far has to see the object again. */
  changed(): void {
    for (const uid of this.#willing) this.#again.add(uid);
    this.#willing.clear();
  }

  ran(uid: string): void {
    this.#willing.add(uid);
  }

  mayRun(uid: string): boolean {
    return this.#again.has(uid);
  }
}
