/** Flow schemas and priority levels of a fresh cluster (k8s.io/apiserver/pkg/apis/flowcontrol/bootstrap), and how they are kept. */
import { isDeepStrictEqual } from 'node:util';
import type { AnyObject } from '../../api/object.ts';
import type { RegistryReader } from '../registry/reader.ts';
import { draft } from './draft.ts';
import { ensure } from './ensure.ts';

const GROUP = 'flowcontrol.apiserver.k8s.io';
const AUTO_UPDATE = 'apf.kubernetes.io/autoupdate-spec';

/** The server itself cannot work without these: what somebody changes on them is changed back. */
const MANDATORY = new Set(['exempt', 'catch-all']);

/** name, concurrency shares, lendable percent, and queues / hand size / queue length where requests may wait. */
const LEVELS: readonly (readonly [string, number, number, (readonly [number, number, number])?])[] = [
  ['system', 30, 33, [64, 6, 50]],
  ['node-high', 40, 25, [64, 6, 50]],
  ['leader-election', 10, 0, [16, 4, 50]],
  ['workload-high', 40, 50, [128, 6, 50]],
  ['workload-low', 100, 90, [128, 6, 50]],
  ['global-default', 20, 50, [128, 6, 50]],
  ['catch-all', 5, 0],
];

const ANY_RESOURCE = [{ verbs: ['*'], apiGroups: ['*'], resources: ['*'], clusterScope: true, namespaces: ['*'] }];
const ANY_URL = [{ verbs: ['*'], nonResourceURLs: ['*'] }];
const ANYTHING = { resourceRules: ANY_RESOURCE, nonResourceRules: ANY_URL };
const LEASES = { apiGroups: ['coordination.k8s.io'], resources: ['leases'], namespaces: ['*'] };

/** name, precedence, level, how flows are told apart, subjects (`Group:x`, `User:x`, `ServiceAccount:ns/name`), what is matched. */
const SCHEMAS: readonly (readonly [string, number, string, string, string, object])[] = [
  ['exempt', 1, 'exempt', '', 'Group:system:masters', ANYTHING],
  [
    'probes',
    2,
    'exempt',
    '',
    'Group:system:unauthenticated,Group:system:authenticated',
    { nonResourceRules: [{ verbs: ['get'], nonResourceURLs: ['/healthz', '/readyz', '/livez'] }] },
  ],
  [
    'system-leader-election',
    100,
    'leader-election',
    'ByUser',
    'User:system:kube-controller-manager,User:system:kube-scheduler,ServiceAccount:kube-system/*',
    { resourceRules: [{ verbs: ['get', 'create', 'update'], ...LEASES }] },
  ],
  [
    'system-node-high',
    400,
    'node-high',
    'ByUser',
    'Group:system:nodes',
    {
      resourceRules: [
        { verbs: ['*'], apiGroups: [''], resources: ['nodes', 'nodes/status'], clusterScope: true, namespaces: ['*'] },
        { verbs: ['*'], ...LEASES },
      ],
    },
  ],
  ['system-nodes', 500, 'system', 'ByUser', 'Group:system:nodes', ANYTHING],
  ['kube-controller-manager', 800, 'workload-high', 'ByNamespace', 'User:system:kube-controller-manager', ANYTHING],
  ['kube-scheduler', 800, 'workload-high', 'ByNamespace', 'User:system:kube-scheduler', ANYTHING],
  ['kube-system-service-accounts', 900, 'workload-high', 'ByNamespace', 'ServiceAccount:kube-system/*', ANYTHING],
  ['service-accounts', 9000, 'workload-low', 'ByUser', 'Group:system:serviceaccounts', ANYTHING],
  ['global-default', 9900, 'global-default', 'ByUser', 'Group:system:unauthenticated,Group:system:authenticated', ANYTHING],
  ['catch-all', 10000, 'catch-all', 'ByUser', 'Group:system:unauthenticated,Group:system:authenticated', ANYTHING],
];

export function bootstrapPriorityLevels(): AnyObject[] {
  const limited = LEVELS.map(([name, nominalConcurrencyShares, lendablePercent, queuing]) => {
    const [queues, handSize, queueLengthLimit] = queuing ?? [];
    const limitResponse = queuing ? { type: 'Queue', queuing: { queues, handSize, queueLengthLimit } } : { type: 'Reject' };
    return make('PriorityLevelConfiguration', name, {
      type: 'Limited',
      limited: { nominalConcurrencyShares, limitResponse, lendablePercent },
    });
  });
  return [
    make('PriorityLevelConfiguration', 'exempt', { type: 'Exempt', exempt: { nominalConcurrencyShares: 0, lendablePercent: 0 } }),
    ...limited,
  ];
}

export function bootstrapFlowSchemas(): AnyObject[] {
  return SCHEMAS.map(([name, matchingPrecedence, level, distinguisher, subjects, rules]) =>
    make('FlowSchema', name, {
      priorityLevelConfiguration: { name: level },
      matchingPrecedence,
      ...(distinguisher !== '' && { distinguisherMethod: { type: distinguisher } }),
      rules: [{ subjects: subjects.split(',').map(parseSubject), ...rules }],
    }),
  );
}

/** Creates what is missing, updates what its owner left to the server, removes what an earlier release had made and this one does not know. */
export async function ensureFlowControl(registry: RegistryReader): Promise<void> {
  for (const [resource, objects] of [
    ['prioritylevelconfigurations', bootstrapPriorityLevels()],
    ['flowschemas', bootstrapFlowSchemas()],
  ] as const) {
    await Promise.all(objects.map((wanted) => ensure(registry, GROUP, resource, wanted, (current) => reviseFlowControl(current, wanted))));
    const wantedNames = new Set(objects.map((o) => o.metadata.name));
    const unwanted = registry
      .reader(GROUP, resource)
      .list()
      .filter((o) => !wantedNames.has(o.metadata.name) && o.metadata.annotations?.[AUTO_UPDATE] === 'true');
    await Promise.all(unwanted.map((o) => registry.delete(GROUP, resource, '', o.metadata.name)));
  }
}

/** What to store in place of `current`; undefined when it is good. Exported for its test. */
export function reviseFlowControl(current: AnyObject, wanted: AnyObject): AnyObject | undefined {
  const annotation = current.metadata.annotations?.[AUTO_UPDATE];
  const asked = annotation === 'true' ? true : annotation === 'false' ? false : undefined;
  // Without the annotation the first generation is the server's own, a later one somebody's.
  const auto = MANDATORY.has(wanted.metadata.name) || (asked ?? current.metadata.generation === 1);
  const specChanged = auto && !isDeepStrictEqual(current['spec'], wanted['spec']);
  if (!specChanged && asked === auto) return undefined;
  const annotations = { ...current.metadata.annotations, [AUTO_UPDATE]: String(auto) };
  return { ...current, metadata: { ...current.metadata, annotations }, ...(specChanged && { spec: wanted['spec'] }) };
}

function make(kind: string, name: string, spec: object): AnyObject {
  return draft(`${GROUP}/v1`, kind, { name, annotations: { [AUTO_UPDATE]: 'true' } }, { spec });
}

function parseSubject(word: string): object {
  const colon = word.indexOf(':');
  const [kind, rest] = [word.slice(0, colon), word.slice(colon + 1)];
  if (kind === 'Group') return { kind, group: { name: rest } };
  if (kind === 'User') return { kind, user: { name: rest } };
  const [namespace, name] = rest.split('/');
  return { kind, serviceAccount: { namespace, name } };
}
