/**
 * What a controller has asked for and not yet seen in its cache (pkg/controller/controller_utils.go, ControllerExpectations). A key is synced again only
 * when its expectations are fulfilled or five minutes old, so that a slow watch never makes a controller create or delete twice.
 */
import type { Clock } from '../../base/clock.ts';

const TIMEOUT_MS = 5 * 60_000;

interface Expected {
  adds: number;
  deletions: Set<string>;
  since: number;
}

export class Expectations {
  readonly #clock: Clock;
  readonly #byKey = new Map<string, Expected>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  expectCreations(key: string, count: number): void {
    this.#byKey.set(key, { adds: count, deletions: new Set(), since: this.#clock.monotonic() });
  }

  /** `objects`: keys of what will be deleted; each counts once, however often its deletion is seen. */
  expectDeletions(key: string, objects: Iterable<string>): void {
    this.#byKey.set(key, { adds: 0, deletions: new Set(objects), since: this.#clock.monotonic() });
  }

  /** Both at once. */
  expect(key: string, creations: number, deletions: Iterable<string>): void {
    this.#byKey.set(key, { adds: creations, deletions: new Set(deletions), since: this.#clock.monotonic() });
  }

  creationObserved(key: string, count = 1): void {
    const expected = this.#byKey.get(key);
    if (expected) expected.adds -= count;
  }

  deletionObserved(key: string, object: string): void {
    this.#byKey.get(key)?.deletions.delete(object);
  }

  /** True when nothing is awaited under the key, or it has been awaited for too long. */
  satisfied(key: string): boolean {
    const expected = this.#byKey.get(key);
    if (!expected) return true;
    return (expected.adds <= 0 && expected.deletions.size === 0) || this.#clock.monotonic() - expected.since > TIMEOUT_MS;
  }

  /** Whether this deletion is awaited. */
  awaitsDeletion(key: string, object: string): boolean {
    return this.#byKey.get(key)?.deletions.has(object) ?? false;
  }

  forget(key: string): void {
    this.#byKey.delete(key);
  }
}
