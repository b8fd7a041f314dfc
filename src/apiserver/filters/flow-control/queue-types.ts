import type { WorkEstimate } from './work-estimate.ts';

export interface QueuingConfig {
  /** 0: what finds no seat is refused. -1: there is no limit at all. */
  readonly queues: number;
  readonly queueLengthLimit: number;
  readonly handSize: number;
}

/** Seats that a request has; give them back once. */
export interface Seats {
  release(): void;
}

export interface Entry {
  readonly schema: string;
  readonly distinguisher: string;
  readonly work: WorkEstimate;
  /** How long it may wait. */
  readonly waitMs: number;
  /** Aborts when the client no longer waits. */
  readonly signal: AbortSignal;
}
