/** A label selector that matches: all of its requirements hold. Immutable. */
import { requirementMatches, requirementString, type Labels, type Requirement } from './requirement.ts';

export interface Selector {
  /** Sorted by key. Empty for the selectors of everything and of nothing. */
  readonly requirements: readonly Requirement[];
  /** True when it restricts nothing. */
  readonly empty: boolean;
  /** True for the selector that never matches (a missing LabelSelector object). */
  readonly nothing: boolean;
  matches(labels: Labels): boolean;
  /** The one value the selector demands of this label, if it demands one. */
  requiresExactMatch(key: string): string | undefined;
  /** Canonical text: `a=b,c in (x,y)`. */
  toString(): string;
}

class RequirementSelector implements Selector {
  readonly requirements: readonly Requirement[];
  readonly nothing = false;

  constructor(requirements: readonly Requirement[]) {
    this.requirements = requirements;
  }

  get empty(): boolean {
    return this.requirements.length === 0;
  }

  matches(labels: Labels): boolean {
    for (const requirement of this.requirements) if (!requirementMatches(requirement, labels)) return false;
    return true;
  }

  requiresExactMatch(key: string): string | undefined {
    const first = this.requirements.find((r) => r.key === key);
    const exact = first && (first.operator === '=' || first.operator === '==' || first.operator === 'in') && first.values.length === 1;
    return exact ? first.values[0] : undefined;
  }

  toString(): string {
    return this.requirements.map(requirementString).join(',');
  }
}

export function selectorOf(requirements: readonly Requirement[]): Selector {
  return new RequirementSelector([...requirements].sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0)));
}

export const EVERYTHING: Selector = selectorOf([]);
export const NOTHING: Selector = {
  requirements: [],
  empty: false,
  nothing: true,
  matches: () => false,
  requiresExactMatch: () => undefined,
  toString: () => '',
};

/** Matches exactly these labels (and any others beside them); unchecked, as labels.SelectorFromSet. */
export function selectorFromSet(set: Readonly<Record<string, string>> | undefined): Selector {
  return selectorOf(Object.entries(set ?? {}).map(([key, value]) => ({ key, operator: '=', values: [value] })));
}
