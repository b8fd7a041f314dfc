/** Of static pods with one full name only one runs at a time; the others wait in the order they came. */
export class StaticPodOrder {
  readonly #started = new Map<string, string>();
  readonly #waiting = new Map<string, string[]>();

  startedUid(fullName: string): string | undefined {
    return this.#started.get(fullName);
  }

  wait(fullName: string, uid: string): void {
    this.#waiting.set(fullName, [...(this.#waiting.get(fullName) ?? []), uid]);
  }

  /** True, and the place is taken, when it is this one's turn. `stillWaits` tells which others have not given up. */
  mayStart(fullName: string, uid: string, stillWaits: (uid: string) => boolean): boolean {
    const started = this.#started.get(fullName);
    if (started !== undefined) return started === uid;
    const queue = (this.#waiting.get(fullName) ?? []).filter((other) => other === uid || stillWaits(other));
    this.#waiting.set(fullName, queue);
    if (queue[0] !== undefined && queue[0] !== uid) return false;
    this.#waiting.set(fullName, queue.slice(1));
    this.#started.set(fullName, uid);
    return true;
  }

  ended(fullName: string, uid: string): void {
    if (this.#started.get(fullName) === uid) this.#started.delete(fullName);
    const queue = (this.#waiting.get(fullName) ?? []).filter((other) => other !== uid);
    if (queue.length > 0) this.#waiting.set(fullName, queue);
    else this.#waiting.delete(fullName);
  }
}
