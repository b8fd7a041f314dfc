import { allocateSeats } from './allocate-seats.ts';
import type { LevelState } from './level-state.ts';

/**
 * Divides the server's seats anew: levels with little to do lend to those with much, within what each is willing to lend and borrow
 * (updateBorrowingLocked). Exempt levels have what they need first.
 */
export function borrowSeats(levels: readonly LevelState[]): void {
  for (const level of levels) level.measure();
  const total = levels.reduce((sum, level) => sum + level.limits.nominal, 0);
  const exempt = levels.filter((level) => level.config.exempt);
  const limited = levels.filter((level) => !level.config.exempt);
  const remaining = total - exempt.reduce((sum, level) => sum + level.guaranteed, 0);
  const seats = divide(limited, total, remaining);
  for (const level of exempt) level.apply(level.guaranteed);
  limited.forEach((level, i) => level.apply(seats[i] ?? level.seats));
}

function divide(levels: readonly LevelState[], total: number, remaining: number): number[] {
  const least = levels.reduce((sum, level) => sum + level.limits.min, 0);
  const guaranteed = levels.reduce((sum, level) => sum + level.guaranteed, 0);
  if (remaining <= least) return levels.map((level) => level.limits.min);
  if (remaining <= guaranteed) {
    const fraction = (remaining - least) / (guaranteed - least);
    return levels.map((level) => level.limits.min + Math.round((level.guaranteed - level.limits.min) * fraction));
  }
  const claims = levels.map((level) => ({
    lowerBound: level.guaranteed,
    upperBound: level.limits.max,
    target: Math.max(level.guaranteed, level.smoothedDemand),
  }));
  try {
    return allocateSeats(total, claims).map(Math.round);
  } catch {
    // The bounds leave no solution: each keeps what it has.
    return levels.map((level) => level.seats);
  }
}
