export interface SeatClaim {
  readonly target: number;
  readonly lowerBound: number;
  readonly upperBound: number;
}

const MIN_TARGET = 0.001;
const EPSILON = 0.0000001;

/**
 * Divides `total` among claims so that each gets the same proportion of its target, as far as its bounds let it
 * (computeConcurrencyAllocation). Throws when the bounds leave no solution.
 */
export function allocateSeats(total: number, claims: readonly SeatClaim[]): number[] {
  const lows = claims.reduce((sum, c) => sum + c.lowerBound, 0);
  const highs = claims.reduce((sum, c) => sum + c.upperBound, 0);
  if (lows - total > EPSILON) throw new Error(`lower bounds sum to ${lows}, which is higher than the required sum of ${total}`);
  if (total - highs > EPSILON) throw new Error(`upper bounds sum to ${highs}, which is lower than the required sum of ${total}`);
  if (lows - total > -EPSILON) return claims.map((c) => c.lowerBound);
  if (total - highs > -EPSILON) return claims.map((c) => c.upperBound);
  const proportion = fairProportion(total, claims);
  return claims.map((c) => clamp(proportion * targetOf(c), c));
}

const targetOf = (claim: SeatClaim) => Math.max(claim.target, MIN_TARGET);
const clamp = (value: number, { lowerBound, upperBound }: SeatClaim) => Math.max(lowerBound, Math.min(upperBound, value));

/** What is given out grows with the proportion, straight between the points where some claim meets a bound. */
function fairProportion(total: number, claims: readonly SeatClaim[]): number {
  const given = (proportion: number) => claims.reduce((sum, c) => sum + clamp(proportion * targetOf(c), c), 0);
  const bounds = claims.flatMap((c) => [c.lowerBound / targetOf(c), c.upperBound / targetOf(c)]).toSorted((a, b) => a - b);
  let below = 0;
  for (const bound of bounds) {
    if (given(bound) < total) {
      below = bound;
      continue;
    }
    const [low, high] = [given(below), given(bound)];
    return high === low ? bound : below + ((total - low) / (high - low)) * (bound - below);
  }
  return below;
}
