/** A plan as nftables statements: all of it, or the difference from another. Pure. */
import type { IpFamily } from '../../base/ip.ts';
import { EGRESS_PODS, INGRESS_PODS, POLICY_LIVENESS_CHAIN, POLICY_TABLE, SELF_TRAFFIC } from './policy-names.ts';
import type { PlannedSet, PolicyPlan } from './policy-plan.ts';

const ELEMENTS_PER_STATEMENT = 256;

export const EMPTY_POLICY_PLAN: PolicyPlan = { sets: new Map(), chains: new Map(), ingress: new Map(), egress: new Map() };

/** Replaces the table by one that holds the plan. */
export function policyTableScript(family: IpFamily, plan: PolicyPlan): string[] {
  const table = tableOf(family);
  const add = `add table ${table} { comment "network policies" ; }`;
  return [add, `delete table ${table}`, add, ...baseScript(family), ...policyDeltaScript(family, EMPTY_POLICY_PLAN, plan)];
}

/** Statements from one plan to the next. Chains that are no longer needed are emptied; `stale` collects them for deletion a moment later. */
export function policyDeltaScript(family: IpFamily, from: PolicyPlan, to: PolicyPlan, stale: Set<string> = new Set()): string[] {
  const table = tableOf(family);
  const changed = [...to.chains].filter(([name, rules]) => from.chains.get(name)?.join('\n') !== rules.join('\n'));
  const goneChains = [...from.chains.keys()].filter((name) => !to.chains.has(name));
  for (const [name] of changed) stale.delete(name);
  for (const name of goneChains) stale.add(name);
  return [
    ...[...to.sets].filter(([name]) => !from.sets.has(name)).map(([name, set]) => `add set ${table} ${name} { ${setType(family, set)} ; }`),
    ...[...to.sets].flatMap(([name, set]) => elementDelta(table, name, from.sets.get(name)?.elements ?? new Set(), set.elements)),
    ...changed.flatMap(([name]) => [`add chain ${table} ${name}`, `flush chain ${table} ${name}`]),
    ...changed.flatMap(([name, rules]) => rules.map((rule) => `add rule ${table} ${name} ${rule}`)),
    ...mapDelta(table, INGRESS_PODS, from.ingress, to.ingress),
    ...mapDelta(table, EGRESS_PODS, from.egress, to.egress),
    ...elementDelta(table, SELF_TRAFFIC, selfTraffic(from), selfTraffic(to)),
    ...goneChains.map((name) => `flush chain ${table} ${name}`),
    ...[...from.sets.keys()].filter((name) => !to.sets.has(name)).map((name) => `delete set ${table} ${name}`),
  ];
}

export function deleteChainsScript(family: IpFamily, chains: Iterable<string>): string[] {
  return [...chains].map((name) => `delete chain ${tableOf(family)} ${name}`);
}

export function policyLivenessScript(family: IpFamily): string[] {
  return [`flush chain ${tableOf(family)} ${POLICY_LIVENESS_CHAIN}`];
}

function tableOf(family: IpFamily): string {
  return `${family === 4 ? 'ip' : 'ip6'} ${POLICY_TABLE}`;
}

/**
 * What a pod sends is judged before what another receives, each by a chain of its own: an accept ends only the chain of its hook, so that both must
 * agree. Traffic of the node itself to its pods (probes) does not pass here and is always allowed. Before the proxy's filters, after translation.
 */
function baseScript(family: IpFamily): string[] {
  const table = tableOf(family);
  const ipX = family === 4 ? 'ip' : 'ip6';
  const address = family === 4 ? 'ipv4_addr' : 'ipv6_addr';
  const hook = (name: string, where: string, priority: number) =>
    `add chain ${table} ${name} { type filter hook ${where} priority ${priority} ; }`;
  const rule = (chain: string, text: string) => `add rule ${table} ${chain} ${text}`;
  const always = (chain: string) => [
    rule(chain, 'ct state established,related accept'),
    // A pod cannot be cut off from itself.
    rule(chain, `${ipX} saddr . ${ipX} daddr @${SELF_TRAFFIC} accept`),
    // Without neighbour discovery there is no address to filter for.
    ...(family === 6
      ? [rule(chain, 'icmpv6 type { nd-neighbor-solicit, nd-neighbor-advert, nd-router-solicit, nd-router-advert } accept')]
      : []),
  ];
  return [
    `add map ${table} ${INGRESS_PODS} { type ${address} : verdict ; }`,
    `add map ${table} ${EGRESS_PODS} { type ${address} : verdict ; }`,
    `add set ${table} ${SELF_TRAFFIC} { type ${address} . ${address} ; }`,
    `add chain ${table} ${POLICY_LIVENESS_CHAIN}`,
    hook('forward-egress', 'forward', -20),
    hook('forward-ingress', 'forward', -10),
    hook('input-egress', 'input', -20),
    ...['forward-egress', 'input-egress'].flatMap((chain) => [...always(chain), rule(chain, `${ipX} saddr vmap @${EGRESS_PODS}`)]),
    ...always('forward-ingress'),
    rule('forward-ingress', `${ipX} daddr vmap @${INGRESS_PODS}`),
  ];
}

function setType(family: IpFamily, set: PlannedSet): string {
  const address = family === 4 ? 'ipv4_addr' : 'ipv6_addr';
  return set.kind === 'addresses' ? `type ${address}` : `type ${address} . inet_proto . inet_service`;
}

function selfTraffic(plan: PolicyPlan): Set<string> {
  return new Set([...plan.ingress.keys(), ...plan.egress.keys()].map((ip) => `${ip} . ${ip}`));
}

function elementDelta(table: string, set: string, from: ReadonlySet<string>, to: ReadonlySet<string>): string[] {
  return [
    ...statements(
      'delete',
      table,
      set,
      [...from].filter((element) => !to.has(element)),
    ),
    ...statements(
      'add',
      table,
      set,
      [...to].filter((element) => !from.has(element)),
    ),
  ];
}

function mapDelta(table: string, map: string, from: ReadonlyMap<string, string>, to: ReadonlyMap<string, string>): string[] {
  const gone = [...from].filter(([key, chain]) => to.get(key) !== chain).map(([key]) => key);
  const added = [...to].filter(([key, chain]) => from.get(key) !== chain).map(([key, chain]) => `${key} : goto ${chain}`);
  return [...statements('delete', table, map, gone), ...statements('add', table, map, added)];
}

function statements(verb: 'add' | 'delete', table: string, container: string, elements: readonly string[]): string[] {
  const out: string[] = [];
  for (let i = 0; i < elements.length; i += ELEMENTS_PER_STATEMENT) {
    out.push(`${verb} element ${table} ${container} { ${elements.slice(i, i + ELEMENTS_PER_STATEMENT).join(', ')} }`);
  }
  return out;
}
