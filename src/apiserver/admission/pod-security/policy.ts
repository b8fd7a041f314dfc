/** Levels and versions, and how a namespace's labels choose them (https://kubernetes.io/docs/concepts/security/pod-security-admission/). */
import { fieldPath, invalid, type FieldError } from '../../../machinery/field.ts';

export type Level = 'privileged' | 'baseline' | 'restricted';
const LEVELS: readonly Level[] = ['privileged', 'baseline', 'restricted'];

export interface LevelVersion {
  readonly level: Level;
  /** Minor of 1.x; undefined: latest. */
  readonly minor: number | undefined;
}

export interface Policy {
  readonly enforce: LevelVersion;
  readonly audit: LevelVersion;
  readonly warn: LevelVersion;
}

const LATEST_PRIVILEGED: LevelVersion = { level: 'privileged', minor: undefined };
export const DEFAULT_POLICY: Policy = { enforce: LATEST_PRIVILEGED, audit: LATEST_PRIVILEGED, warn: LATEST_PRIVILEGED };

const PREFIX = 'pod-security.kubernetes.io/';

/** `restricted:v1.30`, `baseline:latest` */
export function describe({ level, minor }: LevelVersion): string {
  return `${level}:${minor === undefined ? 'latest' : `v1.${minor}`}`;
}

/** Positive when `a` is stricter. */
export function compareLevels(a: Level, b: Level): number {
  return LEVELS.indexOf(a) - LEVELS.indexOf(b);
}

export function isPrivileged({ enforce, audit, warn }: Policy): boolean {
  return [enforce, audit, warn].every((p) => p.level === 'privileged');
}

export function samePolicy(a: Policy, b: Policy): boolean {
  const same = (x: LevelVersion, y: LevelVersion) => x.level === y.level && (x.level === 'privileged' || x.minor === y.minor);
  return same(a.enforce, b.enforce) && same(a.audit, b.audit) && same(a.warn, b.warn);
}

/** What the labels ask for. A label that cannot be read is an error, and means: enforce the strictest, warn and audit nothing. */
export function policyOf(
  labels: Readonly<Record<string, string>> | undefined,
  defaults: Policy,
): { readonly policy: Policy; readonly errors: FieldError[] } {
  const errors: FieldError[] = [];
  const label = (name: string) => (labels && Object.hasOwn(labels, PREFIX + name) ? labels[PREFIX + name] : undefined);
  const bad = (name: string, value: string, why: string) =>
    void errors.push(invalid(fieldPath('metadata', 'labels').key(PREFIX + name), value, why));
  const read = (mode: 'enforce' | 'audit' | 'warn', onError: Level): LevelVersion => {
    const [level, version] = [label(mode), label(`${mode}-version`)];
    let { level: chosen, minor } = defaults[mode];
    if (level !== undefined) {
      const known = LEVELS.find((l) => l === level);
      if (!known) bad(mode, level, `must be one of ${LEVELS.join(', ')}`);
      chosen = known ?? onError;
    }
    if (version !== undefined) {
      const match = /^v1\.(0|[1-9][0-9]*)$/.exec(version);
      if (!match && version !== 'latest') bad(`${mode}-version`, version, 'must be "latest" or "v1.x"');
      minor = match ? Number(match[1]) : undefined;
    }
    return { level: chosen, minor };
  };
  const enforce = read('enforce', 'restricted');
  const audit = read('audit', 'privileged');
  let warn = read('warn', 'privileged');
  // Who enforces more than is warned of is warned of as much.
  const enforced = LEVELS.includes(label('enforce') as Level);
  if (label('warn') === undefined && enforced && compareLevels(enforce.level, warn.level) > 0) {
    warn = { level: enforce.level, minor: label('warn-version') === undefined ? enforce.minor : warn.minor };
  }
  return { policy: { enforce, audit, warn }, errors };
}
