import { createHash } from 'node:crypto';

/** Of a hash. With more, the last queues of a hand would not be equally likely. */
const MAX_ENTROPY_BITS = 60;

/** What makes shuffle sharding impossible with these numbers; undefined when nothing does. */
export function checkDeal(queues: number, handSize: number): string | undefined {
  if (queues <= 0 || handSize <= 0) return `deckSize ${queues} or handSize ${handSize} is not positive`;
  if (handSize > queues) return `handSize ${handSize} is greater than deckSize ${queues}`;
  if (queues > 1 << 26) return `deckSize ${queues} is impractically large`;
  if (entropyBits(queues, handSize) <= MAX_ENTROPY_BITS) return undefined;
  return `required entropy bits of deckSize ${queues} and handSize ${handSize} is greater than ${MAX_ENTROPY_BITS}`;
}

export function entropyBits(queues: number, handSize: number): number {
  return Math.ceil(Math.log2(queues) * handSize);
}

/** The numbers of the queues that a flow may use: always the same for the same hash (k8s.io/apiserver/pkg/util/shufflesharding). */
export function dealHand(hash: bigint, queues: number, handSize: number): number[] {
  const remainders: number[] = [];
  let rest = hash;
  for (let i = 0; i < handSize; i++) {
    const left = BigInt(queues - i);
    remainders.push(Number(rest % left));
    rest /= left;
  }
  return remainders.map((remainder, i) => {
    let card = remainder;
    for (let j = i; j > 0; j--) if (card >= (remainders[j - 1] ?? 0)) card++;
    return card;
  });
}

export function flowHash(schema: string, distinguisher: string): bigint {
  return createHash('sha256').update(`${schema}\0${distinguisher}`).digest().readBigUInt64LE(0);
}
