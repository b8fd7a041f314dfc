import type { WorkEstimate } from './work-estimate.ts';

/** A request that waits, or has its seats. */
export interface Entrant {
  readonly work: WorkEstimate;
  /** Seats it takes, in every phase. */
  readonly seats: number;
  /** Seat-seconds it is expected to need. */
  readonly totalWork: number;
  /** Progress of the whole set when it came. */
  readonly arrivedAt: number;
  /** Undefined: the set has no queues. */
  readonly queue: Queue | undefined;
  /** Tells whoever waits that the seats are there. */
  readonly admit: () => void;
  startedMs: number;
}

/** Requests that wait for seats in the order they came, and how far the queue is in its fair share. */
export class Queue {
  readonly waiting: Entrant[] = [];
  executing = 0;
  seatsInUse = 0;
  /** Progress at which the next request would start if all queues were served at once, seat-second by seat-second. */
  nextStart = 0;
  waitingWork = 0;

  get isActive(): boolean {
    return this.waiting.length > 0 || this.executing > 0;
  }

  push(entrant: Entrant): void {
    this.waiting.push(entrant);
    this.waitingWork += entrant.totalWork;
  }

  remove(entrant: Entrant): boolean {
    const index = this.waiting.indexOf(entrant);
    if (index < 0) return false;
    this.waiting.splice(index, 1);
    this.waitingWork = this.waiting.length === 0 ? 0 : this.waitingWork - entrant.totalWork;
    return true;
  }

  /** A queue that was served less than its share may not save that up: nothing starts before it came. */
  bound(): void {
    const [oldest] = this.waiting;
    if (oldest && this.nextStart < oldest.arrivedAt) this.nextStart = oldest.arrivedAt;
  }
}
