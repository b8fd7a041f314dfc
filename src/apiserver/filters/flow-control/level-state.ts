import type { Clock } from '../../../base/clock.ts';
import { seatLimits, type LevelConfig, type SeatLimits } from './level-config.ts';
import { QueueSet } from './queue-set.ts';
import { SeatDemand } from './seat-demand.ts';

/** Half of what was once seen is forgotten after five minutes. */
const SMOOTHING = 0.977;

/** One priority level at work: its requests, its demand of seats and how many it has for now. */
export class LevelState {
  readonly queues: QueueSet;
  readonly #demand: SeatDemand;
  config: LevelConfig;
  limits: SeatLimits = { nominal: 0, min: 0, max: 0 };
  seats = 0;
  smoothedDemand = 0;
  peakDemand = 0;
  /** No object asks for it any more: it goes when its last request is done. */
  quiescing = false;
  /** False until its first share of the server is known. */
  #started = false;

  constructor(clock: Clock, config: LevelConfig) {
    this.#demand = new SeatDemand(clock);
    this.config = config;
    this.queues = new QueueSet(clock, this.#demand, config.queuing, 0);
  }

  share(serverSeats: number, shareSum: number): void {
    this.limits = seatLimits(this.config, serverSeats, shareSum);
    if (!this.#started) this.seats = this.limits.nominal - Math.floor((this.limits.nominal - this.limits.min) / 2);
    this.#started = true;
  }

  /** Takes in what was asked for since the last time. */
  measure(): void {
    const { seconds, average, deviation, max } = this.#demand.reset();
    this.peakDemand = Math.round(max);
    if (seconds <= 0) return;
    const envelope = average + deviation;
    this.smoothedDemand = Math.max(envelope, SMOOTHING * this.smoothedDemand + (1 - SMOOTHING) * envelope);
  }

  /** What it gets in any case: what it needed lately, within what it owns. */
  get guaranteed(): number {
    const needed = this.config.exempt ? this.peakDemand : Math.min(this.limits.nominal, this.peakDemand);
    return Math.max(this.limits.min, needed);
  }

  apply(seats: number): void {
    this.seats = seats;
    this.queues.configure(this.config.queuing, seats);
  }
}
