/**
 * The wanted content of the table, and what of it the kernel does not have yet. Each service is an owner; two owners may want the same element (an
 * endpoint that serves two services; two services with one external IP), and then it stays until the last one gives it up. Pure: scripts come out,
 * and the caller reports whether they were applied.
 *
 * Invariant: after synced(), the kernel holds exactly what replace() was told, plus empty containers and stale empty chains.
 */
import type { BaseRuleset } from './base-ruleset.ts';
import { parseEndpointsMap } from './names.ts';
import { EMPTY_PLAN, type PlannedElement, type ServicePlan } from './plan.ts';

/** Elements in one statement: keeps lines short enough to read in an error and long enough to be fast. */
const ELEMENTS_PER_STATEMENT = 256;

interface Slot {
  value: string;
  owner: string;
}

/** Remaining seconds of clients by affinity set, read from the kernel before the table is replaced. */
export type AffinityState = ReadonlyMap<string, readonly { readonly value: string; readonly expires: number }[]>;

export class ServiceTable {
  readonly #table: string;
  readonly #plans = new Map<string, ServicePlan>();
  /** container -> key -> who it belongs to. */
  readonly #elements = new Map<string, Map<string, Slot>>();
  /** `container\0key` -> owners that want a slot someone else has. */
  readonly #contenders = new Map<string, Map<string, string>>();
  /** Values in the kernel, of the slots that changed since it was last in step. Undefined: not there. */
  #touchedElements = new Map<string, Map<string, string | undefined>>();
  #touchedChains = new Map<string, readonly string[] | undefined>();
  #touchedSets = new Map<string, number | undefined>();
  readonly #chains = new Map<string, readonly string[]>();
  readonly #sets = new Map<string, number>();
  /** Endpoint maps that the kernel has. */
  readonly #declared = new Set<string>();
  /** Chains that are empty and wait for their deletion, with the time at which they became so. */
  readonly #stale = new Map<string, number>();

  constructor(table: string) {
    this.#table = table;
  }

  get hasChanges(): boolean {
    return this.#touchedElements.size > 0 || this.#touchedChains.size > 0 || this.#touchedSets.size > 0;
  }

  get plans(): ReadonlyMap<string, ServicePlan> {
    return this.#plans;
  }

  /** Replaces all that `owner` wants. An undefined plan: nothing any more. */
  replace(owner: string, plan: ServicePlan | undefined): void {
    const old = this.#plans.get(owner) ?? EMPTY_PLAN;
    const wanted = plan ?? EMPTY_PLAN;
    if (plan) this.#plans.set(owner, plan);
    else this.#plans.delete(owner);
    // Claiming first keeps what both plans have in its slot.
    const kept = new Set<string>();
    for (const element of wanted.elements) {
      kept.add(slotName(element));
      this.#claim(owner, element);
    }
    for (const element of old.elements) if (!kept.has(slotName(element))) this.#release(owner, element);
    this.#replaceChains(old.chains, wanted.chains);
    this.#replaceSets(old.affinitySets, wanted.affinitySets);
  }

  /** Statements that bring the kernel from its last state to the wanted one. */
  deltaScript(base: BaseRuleset): string[] {
    const gone: string[] = [];
    const added: string[] = [];
    for (const [container, touched] of this.#touchedElements) {
      const deletions: string[] = [];
      const additions: string[] = [];
      for (const [key, before] of touched) {
        const now = this.#elements.get(container)?.get(key)?.value;
        if (now === before) continue;
        if (before !== undefined) deletions.push(key);
        if (now !== undefined) additions.push(elementText(key, now));
      }
      gone.push(...this.#statements('delete', container, deletions));
      added.push(...this.#statements('add', container, additions));
    }
    const chains = [...this.#touchedChains.keys()];
    const live = chains.filter((name) => this.#chains.has(name));
    return [
      ...this.#undeclared().flatMap((name) => base.endpointsScript(name)),
      ...this.#setStatements([...this.#touchedSets.keys()].filter((name) => this.#sets.has(name))),
      ...live.flatMap((name) => [`add chain ${this.#table} ${name}`, `flush chain ${this.#table} ${name}`]),
      ...live.flatMap((name) => this.#ruleStatements(name)),
      ...gone,
      ...added,
      // Emptied now, deleted later: before Linux 6.2 a chain counts as used for a moment after the last element that leads to it is gone.
      ...this.#emptiedChains().map((name) => `flush chain ${this.#table} ${name}`),
      ...[...this.#touchedSets.keys()].filter((name) => !this.#sets.has(name)).map((name) => `delete set ${this.#table} ${name}`),
    ];
  }

  /** Statements that replace the whole table, keeping the clients of affinity sets that still exist. */
  fullScript(base: BaseRuleset, affinity: AffinityState): string[] {
    const script = base.script();
    for (const name of this.#elements.keys()) if (parseEndpointsMap(name)) script.push(...base.endpointsScript(name));
    script.push(...this.#setStatements([...this.#sets.keys()]));
    for (const name of this.#chains.keys()) script.push(`add chain ${this.#table} ${name}`);
    for (const name of this.#chains.keys()) script.push(...this.#ruleStatements(name));
    for (const [container, slots] of this.#elements) {
      const texts: string[] = [];
      for (const [key, slot] of slots) texts.push(elementText(key, slot.value));
      script.push(...this.#statements('add', container, texts));
    }
    for (const [set, clients] of affinity) {
      const seconds = this.#sets.get(set);
      if (seconds === undefined) continue;
      const texts = clients.map((client) => `${client.value} timeout ${seconds}s expires ${Math.min(client.expires, seconds)}s`);
      script.push(...this.#statements('add', set, texts));
    }
    return script;
  }

  /** The last script was applied. `full`: it was a fullScript. `now`: milliseconds on any clock that never goes back. */
  synced(full: boolean, now: number): void {
    if (full) {
      this.#declared.clear();
      this.#stale.clear();
    } else {
      for (const name of this.#touchedChains.keys()) if (this.#chains.has(name)) this.#stale.delete(name);
      for (const name of this.#emptiedChains()) this.#stale.set(name, now);
    }
    for (const name of this.#elements.keys()) if (parseEndpointsMap(name)) this.#declared.add(name);
    this.#touchedElements = new Map();
    this.#touchedChains = new Map();
    this.#touchedSets = new Map();
  }

  get hasStaleChains(): boolean {
    return this.#stale.size > 0;
  }

  /** Takes the chains that have been stale for `ageMs`, as statements that delete them. They are forgotten: apply the script, or replace the table. */
  takeStaleChains(now: number, ageMs: number): string[] {
    const script: string[] = [];
    for (const [name, since] of this.#stale) {
      if (now - since < ageMs) continue;
      this.#stale.delete(name);
      script.push(`delete chain ${this.#table} ${name}`);
    }
    return script;
  }

  #claim(owner: string, element: PlannedElement): void {
    let slots = this.#elements.get(element.container);
    if (!slots) this.#elements.set(element.container, (slots = new Map<string, Slot>()));
    const slot = slots.get(element.key);
    if (!slot) {
      this.#touch(element.container, element.key, undefined);
      slots.set(element.key, { value: element.value, owner });
    } else if (slot.owner === owner) {
      this.#setValue(element, slot, element.value);
    } else if (owner < slot.owner) {
      // Who wins does not depend on the order of events: the first by name.
      this.#contend(element, slot.owner, slot.value);
      this.#setValue(element, slot, element.value);
      slot.owner = owner;
    } else {
      this.#contend(element, owner, element.value);
    }
  }

  #release(owner: string, element: PlannedElement): void {
    const slots = this.#elements.get(element.container);
    const slot = slots?.get(element.key);
    if (!slots || !slot) return;
    const contenders = this.#contenders.get(slotName(element));
    if (slot.owner !== owner) {
      contenders?.delete(owner);
      if (contenders?.size === 0) this.#contenders.delete(slotName(element));
      return;
    }
    const heir = contenders && [...contenders.keys()].sort()[0];
    if (contenders && heir !== undefined) {
      this.#setValue(element, slot, contenders.get(heir) ?? '');
      slot.owner = heir;
      contenders.delete(heir);
      if (contenders.size === 0) this.#contenders.delete(slotName(element));
      return;
    }
    this.#touch(element.container, element.key, slot.value);
    slots.delete(element.key);
    if (slots.size === 0) this.#elements.delete(element.container);
  }

  #contend(element: PlannedElement, owner: string, value: string): void {
    const name = slotName(element);
    const contenders = this.#contenders.get(name) ?? new Map<string, string>();
    contenders.set(owner, value);
    this.#contenders.set(name, contenders);
  }

  #setValue(element: PlannedElement, slot: Slot, value: string): void {
    if (slot.value === value) return;
    this.#touch(element.container, element.key, slot.value);
    slot.value = value;
  }

  #touch(container: string, key: string, before: string | undefined): void {
    let touched = this.#touchedElements.get(container);
    if (!touched) this.#touchedElements.set(container, (touched = new Map<string, string | undefined>()));
    if (!touched.has(key)) touched.set(key, before);
  }

  #replaceChains(old: ReadonlyMap<string, readonly string[]>, wanted: ReadonlyMap<string, readonly string[]>): void {
    for (const [name, rules] of wanted) {
      const before = old.get(name);
      if (before && before.join('\n') === rules.join('\n')) continue;
      if (!this.#touchedChains.has(name)) this.#touchedChains.set(name, before);
      this.#chains.set(name, rules);
    }
    for (const [name, rules] of old) {
      if (wanted.has(name)) continue;
      if (!this.#touchedChains.has(name)) this.#touchedChains.set(name, rules);
      this.#chains.delete(name);
    }
  }

  #replaceSets(old: ReadonlyMap<string, number>, wanted: ReadonlyMap<string, number>): void {
    for (const [name, seconds] of wanted) {
      if (old.has(name)) continue;
      if (this.#touchedSets.has(name) && this.#touchedSets.get(name) !== undefined) this.#touchedSets.delete(name);
      else this.#touchedSets.set(name, undefined);
      this.#sets.set(name, seconds);
    }
    for (const [name, seconds] of old) {
      if (wanted.has(name)) continue;
      if (this.#touchedSets.has(name) && this.#touchedSets.get(name) === undefined) this.#touchedSets.delete(name);
      else this.#touchedSets.set(name, seconds);
      this.#sets.delete(name);
    }
  }

  /** Chains that the kernel has with rules and that nobody wants. One that came and went since the last sync is none of them. */
  #emptiedChains(): string[] {
    return [...this.#touchedChains].filter(([name, before]) => before && !this.#chains.has(name)).map(([name]) => name);
  }

  #undeclared(): string[] {
    return [...this.#touchedElements.keys()].filter(
      (name) => parseEndpointsMap(name) && this.#elements.has(name) && !this.#declared.has(name),
    );
  }

  #setStatements(names: readonly string[]): string[] {
    const type = this.#table.startsWith('ip6 ') ? 'ipv6_addr' : 'ipv4_addr';
    // "dynamic" from the start: the kernel adds it when a rule updates the set, and then an add without it would be a change of flags.
    return names.map(
      (name) => `add set ${this.#table} ${name} { type ${type} ; flags dynamic,timeout ; timeout ${this.#sets.get(name) ?? 0}s ; }`,
    );
  }

  #ruleStatements(chain: string): string[] {
    return (this.#chains.get(chain) ?? []).map((rule) => `add rule ${this.#table} ${chain} ${rule}`);
  }

  #statements(verb: 'add' | 'delete', container: string, elements: readonly string[]): string[] {
    const out: string[] = [];
    for (let i = 0; i < elements.length; i += ELEMENTS_PER_STATEMENT) {
      out.push(`${verb} element ${this.#table} ${container} { ${elements.slice(i, i + ELEMENTS_PER_STATEMENT).join(', ')} }`);
    }
    return out;
  }
}

function slotName(element: PlannedElement): string {
  return `${element.container}\0${element.key}`;
}

function elementText(key: string, value: string): string {
  return value === '' ? key : `${key} : ${value}`;
}
