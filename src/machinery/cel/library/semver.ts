/** Kubernetes' semantic versions, and the comparisons that they share with quantities. */
import { noOverload, text, type CelFunction, type Library } from '../functions.ts';
import { CelError, Opaque } from '../values.ts';
import { compareQuantities, quantities } from './quantity.ts';

interface Version {
  readonly numbers: readonly [bigint, bigint, bigint];
  readonly pre: readonly string[];
}

const STRICT =
  /^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)(?:-([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*))?(?:\+[0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)*)?$/;

function normalized(value: string): string {
  const [, core = '', rest = ''] = /^v?([\d.]*)(.*)$/s.exec(value) ?? [];
  const parts = core.split('.').map((n) => n.replace(/^0+(?=\d)/, ''));
  while (parts.length < 3) parts.push('0');
  return parts.join('.') + rest;
}

function parse(value: string, normalize: unknown): Version | undefined {
  const found = STRICT.exec(normalize === true ? normalized(value) : value);
  if (!found) return undefined;
  const [, major = '0', minor = '0', patch = '0', pre] = found;
  return { numbers: [BigInt(major), BigInt(minor), BigInt(patch)], pre: pre?.split('.') ?? [] };
}

function version(v: unknown): Version {
  if (!(v instanceof Opaque) || v.type !== 'kubernetes.Semver') throw noOverload();
  return v.value as Version;
}

function comparePre(a: readonly string[], b: readonly string[]): number {
  if (a.length === 0 || b.length === 0) return (a.length === 0 ? 1 : 0) - (b.length === 0 ? 1 : 0);
  for (const [i, x] of a.entries()) {
    const y = b[i];
    if (y === undefined) return 1;
    const [m, n] = [/^\d+$/.test(x), /^\d+$/.test(y)];
    if (m !== n) return m ? -1 : 1;
    if (x !== y) return (m ? BigInt(x) < BigInt(y) : x < y) ? -1 : 1;
  }
  return a.length < b.length ? -1 : 0;
}

function compareVersions(a: Version, b: Version): number {
  for (const [i, n] of a.numbers.entries()) {
    const other = b.numbers[i] ?? 0n;
    if (n !== other) return n < other ? -1 : 1;
  }
  return comparePre(a.pre, b.pre);
}

const order: CelFunction = (args, context) => {
  const [a, b] = args;
  return a instanceof Opaque && a.type === 'kubernetes.Semver'
    ? BigInt(compareVersions(version(a), version(b)))
    : compareQuantities(args, context);
};

export const semvers: Library = {
  functions: {
    isSemver: ([v, normalize]) => parse(text(v), normalize) !== undefined,
    semver: ([v, normalize]) => {
      const parsed = parse(text(v), normalize);
      if (!parsed) throw new CelError(`semver parse error: ${text(v)}`);
      return new Opaque(
        'kubernetes.Semver',
        parsed,
        `${parsed.numbers.join('.')}${parsed.pre.length > 0 ? `-${parsed.pre.join('.')}` : ''}`,
      );
    },
  },
  methods: {
    ...quantities.methods,
    major: ([v]) => version(v).numbers[0],
    minor: ([v]) => version(v).numbers[1],
    patch: ([v]) => version(v).numbers[2],
    compareTo: order,
    isLessThan: (args, context) => (order(args, context) as bigint) < 0n,
    isGreaterThan: (args, context) => (order(args, context) as bigint) > 0n,
  },
};
