/** What a PriorityLevelConfiguration says, in the numbers that are needed (apf_controller.go, queueSetCompleterForPL and cfgMeal). */
import type { PriorityLevelConfiguration } from '../../../api/flowcontrol/v1.gen.ts';
import { checkDeal } from './deal-hand.ts';
import type { QueuingConfig } from './queue-types.ts';

export interface LevelConfig {
  readonly name: string;
  readonly uid: string;
  readonly exempt: boolean;
  readonly shares: number;
  readonly lendablePercent: number;
  /** undefined: as much as there is. */
  readonly borrowingPercent: number | undefined;
  readonly queuing: QueuingConfig;
}

/** Throws an Error when the object cannot be used. */
export function levelConfig({ metadata, spec }: PriorityLevelConfiguration): LevelConfig {
  const { name, uid } = metadata;
  const { limited, exempt } = spec;
  if ((spec.type === 'Limited') !== (limited !== undefined)) throw new Error('broken union structure at the top, for Limited');
  if ((spec.type === 'Exempt') !== (exempt !== undefined)) throw new Error('broken union structure at the top, for Exempt');
  if ((spec.type === 'Exempt') !== (name === 'exempt')) throw new Error('non-alignment between name and type');
  const common = { name, uid: uid ?? '' };
  if (!limited) {
    const queuing = { queues: -1, queueLengthLimit: 0, handSize: 0 };
    const { nominalConcurrencyShares = 0, lendablePercent = 0 } = exempt ?? {};
    return { ...common, exempt: true, shares: nominalConcurrencyShares, lendablePercent, borrowingPercent: undefined, queuing };
  }
  const { type, queuing } = limited.limitResponse;
  if ((type === 'Reject') !== (queuing === undefined)) throw new Error('broken union structure for limit response');
  const { queues = 0, queueLengthLimit = 0, handSize = 0 } = queuing ?? {};
  const problem = queuing && checkDeal(queues, handSize);
  if (problem !== undefined)
    throw new Error(`the QueueSetConfig implies an invalid shuffle sharding config (DesiredNumQueues is deckSize): ${problem}`);
  return {
    ...common,
    exempt: false,
    shares: limited.nominalConcurrencyShares ?? 30,
    lendablePercent: limited.lendablePercent ?? 0,
    borrowingPercent: limited.borrowingLimitPercent,
    queuing: { queues, queueLengthLimit, handSize },
  };
}

export interface SeatLimits {
  /** Its share of the server. */
  readonly nominal: number;
  /** What it never lends. */
  readonly min: number;
  /** With all that it may borrow. */
  readonly max: number;
}

export function seatLimits(level: LevelConfig, serverSeats: number, shareSum: number): SeatLimits {
  const nominal = shareSum === 0 ? 0 : Math.ceil((serverSeats * level.shares) / shareSum);
  const lendable = Math.round((nominal * level.lendablePercent) / 100);
  const borrowing = level.borrowingPercent === undefined ? serverSeats : Math.round((nominal * level.borrowingPercent) / 100);
  return { nominal, min: nominal - lendable, max: nominal + borrowing };
}

const MAX_SEATS_PERCENT = 0.15;

/** How wide one request may be; 0: as wide as any. */
export function maxSeatsPerRequest({ queuing }: LevelConfig, nominal: number): number {
  if (queuing.queues < 1) return 0;
  return Math.max(1, Math.floor(Math.min(Math.ceil(nominal * MAX_SEATS_PERCENT), Math.floor(nominal / queuing.handSize))));
}
