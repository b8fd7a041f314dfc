/**
 * The requests of one priority level: as many as it has seats run, the others wait in queues that are served fairly, or are refused
 * (k8s.io/apiserver/pkg/util/flowcontrol/fairqueuing/queueset).
 */
import type { Clock } from '../../../base/clock.ts';
import { dealHand, flowHash } from './deal-hand.ts';
import { Queue, type Entrant } from './queue.ts';
import type { Entry, QueuingConfig, Seats } from './queue-types.ts';
import type { SeatDemand } from './seat-demand.ts';
import { waitLimit } from './wait-limit.ts';
import type { WorkEstimate } from './work-estimate.ts';

/** What a request is thought to take before it is known. */
const SERVICE_SECONDS = 0.003;
const REMEMBERED_HANDS = 10_000;

export class QueueSet {
  readonly #clock: Clock;
  readonly #demand: SeatDemand;
  #config: QueuingConfig;
  #limit = 0;
  #queues: Queue[] = [];
  #hands = new Map<string, readonly number[]>();
  /** Seat-seconds given to each queue since the set was last idle: upstream's R. */
  #progress = 0;
  #progressMs: number;
  #robin = 0;
  #enqueued = 0;
  #executing = 0;
  #seatsInUse = 0;
  #seatsWaiting = 0;
  #waiting = 0;
  #active = 0;

  constructor(clock: Clock, demand: SeatDemand, config: QueuingConfig, seatLimit: number) {
    this.#clock = clock;
    this.#demand = demand;
    this.#progressMs = clock.monotonic();
    this.#config = config;
    this.configure(config, seatLimit);
  }

  get isIdle(): boolean {
    return this.#waiting === 0 && this.#executing === 0;
  }

  get counts(): { readonly waiting: number; readonly executing: number; readonly seatsInUse: number } {
    return { waiting: this.#waiting, executing: this.#executing, seatsInUse: this.#seatsInUse };
  }

  configure(config: QueuingConfig, seatLimit: number): void {
    this.#advance();
    if (config.queues !== this.#config.queues || config.handSize !== this.#config.handSize) this.#hands.clear();
    this.#config = config;
    this.#limit = seatLimit;
    while (this.#queues.length < config.queues) this.#queues.push(new Queue());
    this.#dispatch();
  }

  /** Seats at once, or later; undefined, or a promise of it: refused. */
  enter(entry: Entry): Seats | undefined | Promise<Seats | undefined> {
    this.#advance();
    if (this.#config.queues < 1) return this.#enterWithoutQueue(entry);
    const queue = this.#chooseQueue(entry);
    if (!queue || (this.#seatsInUse >= this.#limit && queue.waiting.length >= this.#config.queueLengthLimit)) return undefined;
    let admitted = false;
    let onAdmit = () => {};
    const entrant = this.#entrant(entry.work, queue, () => {
      admitted = true;
      onAdmit();
    });
    this.#enqueue(entrant, queue);
    this.#dispatch();
    if (admitted) return this.#seats(entrant);
    return new Promise((resolve) => {
      const stop = waitLimit(this.#clock, entry, () => resolve(this.#giveUp(entrant) ? undefined : this.#seats(entrant)));
      onAdmit = () => {
        stop();
        resolve(this.#seats(entrant));
      };
    });
  }

  #entrant(work: WorkEstimate, queue: Queue | undefined, admit: () => void): Entrant {
    const totalWork = work.initialSeats * SERVICE_SECONDS + (work.finalSeats * work.lingerMs) / 1000;
    const seats = Math.max(work.initialSeats, work.finalSeats);
    return { work, seats, totalWork, arrivedAt: this.#progress, queue, admit, startedMs: this.#clock.monotonic() };
  }

  #enterWithoutQueue({ work }: Entry): Seats | undefined {
    const entrant = this.#entrant(work, undefined, () => {});
    if (!this.#hasRoom(entrant.seats)) return undefined;
    this.#take(entrant);
    return this.#seats(entrant);
  }

  /** Takes a request out of its queue; false when it has its seats already. */
  #giveUp(entrant: Entrant): boolean {
    this.#advance();
    const { queue } = entrant;
    if (!queue) return false;
    const removed = this.#changing(queue, () => queue.remove(entrant));
    if (!removed) return false;
    this.#waiting--;
    this.#seatsWaiting -= entrant.seats;
    this.#noteDemand();
    queue.bound();
    return true;
  }

  /** The shortest queue, in work, of those dealt to this flow: one flow cannot fill all of them. */
  #chooseQueue({ schema, distinguisher }: Entry): Queue | undefined {
    const hand = this.#hand(schema, distinguisher);
    const offset = this.#enqueued++ % hand.length;
    let best: Queue | undefined;
    for (let i = 0; i < hand.length; i++) {
      const queue = this.#queues[hand[(offset + i) % hand.length] ?? 0];
      if (queue && (!best || queue.waitingWork < best.waitingWork)) best = queue;
    }
    return best;
  }

  #hand(schema: string, distinguisher: string): readonly number[] {
    const id = `${schema}\0${distinguisher}`;
    let hand = this.#hands.get(id);
    if (hand) return hand;
    const { queues, handSize } = this.#config;
    hand = dealHand(queues > 1 ? flowHash(schema, distinguisher) : 0n, queues, handSize);
    if (this.#hands.size >= REMEMBERED_HANDS) this.#hands.clear();
    this.#hands.set(id, hand);
    return hand;
  }

  #enqueue(entrant: Entrant, queue: Queue): void {
    if (!queue.isActive) queue.nextStart = this.#progress;
    this.#changing(queue, () => queue.push(entrant));
    queue.bound();
    this.#waiting++;
    this.#seatsWaiting += entrant.seats;
    this.#noteDemand();
  }

  #dispatch(): void {
    while (this.#waiting > 0 && this.#seatsInUse < this.#limit) {
      const next = this.#next();
      const entrant = next?.waiting[0];
      if (!next || !entrant || !this.#hasRoom(entrant.seats)) return;
      this.#robin = this.#queues.indexOf(next);
      this.#changing(next, () => {
        next.remove(entrant);
        next.executing++;
      });
      this.#waiting--;
      this.#seatsWaiting -= entrant.seats;
      next.seatsInUse += entrant.seats;
      next.nextStart += entrant.totalWork;
      next.bound();
      entrant.startedMs = this.#clock.monotonic();
      this.#take(entrant);
      entrant.admit();
    }
  }

  /** The queue whose oldest request would be done first; among equals the one whose turn it is. */
  #next(): Queue | undefined {
    let best: Queue | undefined;
    let earliest = Infinity;
    for (let i = 1; i <= this.#queues.length; i++) {
      const queue = this.#queues[(this.#robin + i) % this.#queues.length];
      const oldest = queue?.waiting[0];
      if (!queue || !oldest || queue.nextStart + oldest.totalWork >= earliest) continue;
      earliest = queue.nextStart + oldest.totalWork;
      best = queue;
    }
    return best;
  }

  #hasRoom(seats: number): boolean {
    if (this.#config.queues < 0) return true;
    // What is wider than the whole level runs alone.
    if (seats > this.#limit) return this.#executing === 0;
    return this.#seatsInUse + seats <= this.#limit;
  }

  #take(entrant: Entrant): void {
    this.#executing++;
    this.#seatsInUse += entrant.seats;
    this.#noteDemand();
  }

  #seats(entrant: Entrant): Seats {
    let released = false;
    return {
      release: () => {
        if (released) return;
        released = true;
        this.#advance();
        this.#finish(entrant);
        this.#dispatch();
      },
    };
  }

  #finish(entrant: Entrant): void {
    this.#executing--;
    const { queue, work } = entrant;
    if (queue) {
      this.#changing(queue, () => void queue.executing--);
      // What was guessed is replaced by what it took.
      const seconds = (this.#clock.monotonic() - entrant.startedMs) / 1000;
      queue.nextStart -= work.initialSeats * (SERVICE_SECONDS - seconds);
      queue.bound();
    }
    if (work.lingerMs <= 0) return this.#giveBack(entrant);
    this.#clock.schedule(work.lingerMs, () => {
      this.#advance();
      this.#giveBack(entrant);
      this.#dispatch();
    });
  }

  #giveBack({ seats, queue }: Entrant): void {
    this.#seatsInUse -= seats;
    this.#noteDemand();
    if (!queue) return;
    queue.seatsInUse -= seats;
    const index = this.#queues.length > this.#config.queues && !queue.isActive ? this.#queues.indexOf(queue) : -1;
    if (index < 0) return;
    this.#queues.splice(index, 1);
    if (this.#robin >= index) this.#robin--;
  }

  /** Does something to a queue, keeping count of those in use. */
  #changing<T>(queue: Queue, change: () => T): T {
    const before = queue.isActive;
    const result = change();
    this.#active += Number(queue.isActive) - Number(before);
    return result;
  }

  #noteDemand(): void {
    this.#demand.set(this.#seatsInUse + this.#seatsWaiting);
  }

  /** Brings the progress up to now, before anything changes. */
  #advance(): void {
    const nowMs = this.#clock.monotonic();
    const seconds = (nowMs - this.#progressMs) / 1000;
    this.#progressMs = nowMs;
    // Small numbers are exact numbers: an idle set starts anew.
    if (this.#active === 0) this.#progress = 0;
    else this.#progress += (seconds * Math.min(this.#seatsInUse + this.#seatsWaiting, this.#limit)) / this.#active;
  }
}
