/** Signals of a node running short (https://kubernetes.io/docs/concepts/scheduling-eviction/node-pressure-eviction/). Pure. */
import { Quantity } from '../../machinery/quantity.ts';
import { thresholdBytes } from '../node/node-resources.ts';

export const SIGNALS = {
  'memory.available': { condition: 'memory', resource: 'memory' },
  'nodefs.available': { condition: 'disk', resource: 'ephemeral-storage' },
  'nodefs.inodesFree': { condition: 'disk', resource: 'inodes' },
  'imagefs.available': { condition: 'disk', resource: 'ephemeral-storage' },
  'imagefs.inodesFree': { condition: 'disk', resource: 'inodes' },
  'pid.available': { condition: 'pid', resource: 'pids' },
} as const;

export type Signal = keyof typeof SIGNALS;
export type Pressure = 'memory' | 'disk' | 'pid';

export interface Observation {
  readonly available: number;
  readonly capacity: number;
}

export interface Threshold {
  readonly signal: Signal;
  /** As it was configured. */
  readonly text: string;
}

export interface MetThreshold extends Threshold {
  /** What should be available, and what is. */
  readonly quantity: number;
  readonly available: number;
}

/** Throws on unknown signals. */
export function parseThresholds(configured: Readonly<Record<string, string>>): Threshold[] {
  return Object.entries(configured)
    .filter(([, text]) => !/^(0|100)%$/.test(text))
    .map(([signal, text]) => {
      if (!(signal in SIGNALS)) throw new Error(`unsupported eviction signal ${signal}`);
      return { signal: signal as Signal, text };
    });
}

/** Those that are crossed, memory first. */
export function thresholdsMet(thresholds: readonly Threshold[], observations: ReadonlyMap<Signal, Observation>): MetThreshold[] {
  const met = thresholds.flatMap((threshold) => {
    const seen = observations.get(threshold.signal);
    if (!seen) return [];
    const quantity = thresholdBytes(threshold.text, seen.capacity);
    return quantity > seen.available ? [{ ...threshold, quantity, available: seen.available }] : [];
  });
  return met.sort((a, b) => Number(b.signal === 'memory.available') - Number(a.signal === 'memory.available'));
}

/** An amount of a resource as Kubernetes writes it. */
export function amountText(resource: string, value: number): string {
  return Quantity.of(Math.trunc(value), resource === 'memory' || resource === 'ephemeral-storage' ? 'BinarySI' : 'DecimalSI').toString();
}
