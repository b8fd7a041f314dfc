import { test } from 'node:test';
import assert from 'node:assert/strict';
import { silentLogger } from '../../base/log.ts';
import { systemRandom } from '../../host/clock.ts';
import { forbidden, notFound } from '../../machinery/status-error.ts';
import { requestWith } from '../authn/testing.ts';
import type { AuthorizationAttributes } from '../authz/authorizer.ts';
import { requestInfo } from '../request-info.ts';
import type { ApiRequest, ApiResponse, Handler, RequestContext, WatchResponse } from '../request.ts';
import { auditIdFilter } from './audit-id.ts';
import { auditConfig, type AuditLevel, type AuditPolicy, type AuditRule } from './audit-policy.ts';
import { parseAuditPolicy } from './audit-policy-file.ts';
import { auditor } from './audit.ts';
import { sourceAddresses } from './audit-source.ts';

const tim = { name: 'tim@k8s.io', groups: ['humans', 'developers'] };

const attributes = (parts: Partial<AuthorizationAttributes>): AuthorizationAttributes => ({
  user: tim,
  verb: 'get',
  isResourceRequest: true,
  namespace: '',
  group: '',
  version: 'v1',
  resource: '',
  subresource: '',
  name: '',
  path: '',
  ...parts,
});

const requests: Record<string, AuthorizationAttributes> = {
  namespaced: attributes({ namespace: 'default', resource: 'pods', name: 'busybox' }),
  cluster: attributes({ group: 'rbac.authorization.k8s.io', resource: 'clusterroles', name: 'edit' }),
  nonResource: attributes({ isResourceRequest: false, path: '/logs/kubelet.log' }),
  subresource: attributes({ namespace: 'default', resource: 'pods', subresource: 'log', name: 'busybox' }),
  nobody: attributes({ user: { name: '', groups: [] }, namespace: 'default', resource: 'pods', name: 'busybox' }),
  update: attributes({ verb: 'update', group: 'rbac.authorization.k8s.io', resource: 'clusterroles', subresource: 'status', name: 'x' }),
};

const get = ['get'];
const rbac = 'rbac.authorization.k8s.io';
const rules: Record<string, AuditRule> = {
  default: { level: 'Metadata' },
  create: { level: 'Request', verbs: ['create'] },
  tims: { level: 'Metadata', users: ['tim@k8s.io'] },
  humans: { level: 'Metadata', userGroups: ['humans'] },
  serviceAccounts: { level: 'Request', userGroups: ['system:serviceaccounts'] },
  getPods: { level: 'RequestResponse', verbs: get, resources: [{ resources: ['pods'] }] },
  getPodLogs: { level: 'Request', verbs: get, resources: [{ resources: ['pods/log'] }] },
  anyResource: { level: 'Request', verbs: get, resources: [{ resources: ['*'] }] },
  anyLog: { level: 'Request', verbs: get, resources: [{ resources: ['*/log'] }] },
  anyOfPods: { level: 'Request', verbs: get, resources: [{ resources: ['pods/*'] }] },
  getClusterRoles: { level: 'RequestResponse', verbs: get, resources: [{ group: rbac, resources: ['clusterroles'] }], namespaces: [''] },
  anyStatus: { level: 'RequestResponse', verbs: ['update'], resources: [{ group: '*', resources: ['*/status'] }] },
  getLogs: { level: 'RequestResponse', verbs: get, nonResourceURLs: ['/logs*'] },
  getMetrics: { level: 'Request', verbs: get, nonResourceURLs: ['/metrics'] },
  clusterRoleEdit: { level: 'Request', resources: [{ group: rbac, resources: ['clusterroles'], resourceNames: ['edit'] }] },
};

test('the first rule that matches sets the level', () => {
  const [all, request, meta, none]: AuditLevel[] = ['RequestResponse', 'Request', 'Metadata', 'None'];
  const table: [string, string, AuditLevel | undefined][] = [
    ['namespaced', 'default', meta],
    ['namespaced', 'create', none],
    ['namespaced', 'tims', meta],
    ['namespaced', 'humans', meta],
    ['namespaced', 'serviceAccounts', none],
    ['namespaced', 'getPods', all],
    ['namespaced', 'getClusterRoles', none],
    ['namespaced', 'getLogs', none],
    ['namespaced', 'getMetrics serviceAccounts default', meta],
    ['namespaced', 'getMetrics getPods default', all],
    ['namespaced', 'getPodLogs getPods', all],
    ['cluster', 'default', meta],
    ['cluster', 'getPods', none],
    ['cluster', 'getClusterRoles', all],
    ['cluster', 'clusterRoleEdit getClusterRoles', request],
    ['cluster', 'getLogs', none],
    ['cluster', 'getMetrics getClusterRoles default', all],
    ['cluster', 'getPodLogs getPods', none],
    ['nonResource', 'default', meta],
    ['nonResource', 'humans', meta],
    ['nonResource', 'getPods', none],
    ['nonResource', 'getLogs', all],
    ['nonResource', 'getMetrics', none],
    ['nonResource', 'getLogs getClusterRoles default', all],
    ['subresource', 'getPodLogs getPods', request],
    ['subresource', 'anyResource', request],
    ['subresource', 'anyLog', request],
    ['subresource', 'anyOfPods', request],
    ['nobody', 'tims', none],
    ['nobody', 'tims default', meta],
    ['nobody', 'humans default', meta],
    ['update', 'anyStatus', all],
  ];
  for (const [name, names, level] of table) {
    const policy = { rules: names.split(' ').map((n) => rules[n] as AuditRule) };
    assert.equal(auditConfig(policy, requests[name] as AuthorizationAttributes).level, level, `${name} ${names}`);
  }
  const request0 = requests['namespaced'] as AuthorizationAttributes;
  const policy: AuditPolicy = {
    omitStages: ['Panic'],
    omitManagedFields: true,
    rules: [{ level: 'Request', omitStages: ['RequestReceived'], omitManagedFields: false }],
  };
  assert.deepEqual(auditConfig(policy, request0), {
    level: 'Request',
    omitStages: new Set(['Panic', 'RequestReceived']),
    omitManagedFields: false,
  });
  assert.deepEqual(auditConfig({ ...policy, rules: [] }, request0), {
    level: 'None',
    omitStages: new Set(['Panic']),
    omitManagedFields: true,
  });
});

test('a policy file is checked', () => {
  const file = (rule: string) => `apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- ${rule}\n`;
  assert.deepEqual(parseAuditPolicy(file('level: Metadata')).rules, [{ level: 'Metadata' }]);
  const table: [string, RegExp][] = [
    ['kind: Policy\n', /unknown group version field/],
    ['apiVersion: audit.k8s.io/v1\nkind: Policy\nrules: []\n', /loaded illegal policy with 0 rules/],
    [file('verbs: [get]'), /^rules\[0\].level: Required value$/],
    [
      file('level: FooBar'),
      /^rules\[0\].level: Unsupported value: "FooBar": supported values: "None", "Metadata", "Request", "RequestResponse"$/,
    ],
    [
      file('{level: Metadata, namespaces: [x], nonResourceURLs: [/logs*]}'),
      /rules cannot apply to both regular resources and non-resource URLs/,
    ],
    [file('{level: Metadata, resources: [{group: a.b/v1}]}'), /^rules\[0\].resources.group: Invalid value: "a.b\/v1"/],
    [
      file('{level: Metadata, nonResourceURLs: [logs]}'),
      /^rules\[0\].nonResourceURLs\[0\]: Invalid value: "logs": non-resource URL rules must begin with a '\/' character$/,
    ],
    [file('{level: Metadata, nonResourceURLs: [/a/*/b]}'), /non-resource URL wildcards '\*' must be the final character of the rule/],
    [file('{level: Metadata, resources: [{resourceNames: [x]}]}'), /using resourceNames requires at least one resource/],
    [
      file('{level: Metadata, omitStages: [foo]}'),
      /^rules\[0\].omitStages\[0\]: Invalid value: "foo": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic$/,
    ],
  ];
  for (const [text, message] of table) assert.throws(() => parseAuditPolicy(text), { message });
});

test('source addresses: proxies first, the connection last', () => {
  const from = (remoteAddress: string, headers: ApiRequest['headers'] = {}) => sourceAddresses(requestWith({ remoteAddress, headers }));
  assert.deepEqual(from('::ffff:10.0.0.1'), ['10.0.0.1']);
  assert.deepEqual(from('10.0.0.1', { 'x-forwarded-for': '1.1.1.1, x, 2.2.2.2', 'x-real-ip': '3.3.3.3' }), [
    '1.1.1.1',
    '2.2.2.2',
    '3.3.3.3',
    '10.0.0.1',
  ]);
  assert.deepEqual(from('10.0.0.1', { 'x-forwarded-for': '10.0.0.1', 'x-real-ip': '10.0.0.1' }), ['10.0.0.1']);
});

type Event = Record<string, unknown>;

async function recorded(rule: AuditRule, path: string, method: string, handler: Handler, parts: Partial<ApiRequest> = {}) {
  const events: Event[] = [];
  let nowMs = Date.UTC(2026, 0, 1);
  const clock = { now: () => (nowMs += 1), monotonic: () => 0, schedule: () => ({ cancel() {} }), sleep: async () => {} };
  const audit = auditor({
    policy: { rules: [rule] },
    write: (event) => void events.push(JSON.parse(JSON.stringify(event)) as Event),
    clock,
    log: silentLogger,
  });
  const request = requestWith({
    path,
    method,
    headers: { 'user-agent': 'test', 'audit-id': 'mine' },
    query: new URLSearchParams('x=y'),
    ...parts,
  });
  const context: RequestContext = {
    request,
    info: requestInfo(method, path, request.query),
    user: tim,
    warnings: new Set(),
    auditAnnotations: new Map([
      ['patch.webhook.admission.k8s.io/round_0_index_0', '{}'],
      ['a/b', 'c'],
    ]),
    receivedAtMs: Date.UTC(2026, 0, 1),
  };
  const run = auditIdFilter(systemRandom)(audit.filter(handler));
  const answer = await run(context).catch((error: unknown) => error as Error);
  return { events, answer, audit, context };
}

const configMap = {
  kind: 'ConfigMap',
  apiVersion: 'v1',
  metadata: { name: 'c', uid: 'u', managedFields: [{ manager: 'x' }] },
  data: { a: 'b' },
};
const creates: Handler = async (context) => {
  context.audited?.request({ ...configMap, metadata: { name: 'c' } });
  const answer: ApiResponse = { type: 'object', status: 201, object: configMap };
  context.audited?.response(answer);
  return answer;
};
const COLLECTION = '/api/v1/namespaces/ns/configmaps';
const started = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  level: 'RequestResponse',
  auditID: 'mine',
  stage: 'RequestReceived',
  requestURI: `${COLLECTION}?x=y`,
  verb: 'create',
  user: { username: 'tim@k8s.io', groups: ['humans', 'developers'] },
  sourceIPs: ['127.0.0.1'],
  userAgent: 'test',
  objectRef: { resource: 'configmaps', namespace: 'ns', apiVersion: 'v1' },
  requestReceivedTimestamp: '2026-01-01T00:00:00.000000Z',
  stageTimestamp: '2026-01-01T00:00:00.000000Z',
  annotations: { 'a/b': 'c', 'patch.webhook.admission.k8s.io/round_0_index_0': '{}' },
};

test('a request is recorded when it comes and when it is done', async () => {
  const { events, answer } = await recorded({ level: 'RequestResponse' }, COLLECTION, 'POST', creates);
  assert.deepEqual((answer as ApiResponse).headers, { 'audit-id': 'mine' });
  assert.deepEqual(events, [
    started,
    {
      ...started,
      stage: 'ResponseComplete',
      objectRef: { ...started.objectRef, name: 'c' },
      responseStatus: { metadata: {}, code: 201 },
      requestObject: { kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'c' }, data: { a: 'b' } },
      responseObject: configMap,
      stageTimestamp: '2026-01-01T00:00:00.002000Z',
    },
  ]);
  const fields =
    'kind apiVersion level auditID stage requestURI verb user sourceIPs userAgent objectRef responseStatus requestObject responseObject';
  assert.equal(Object.keys(events[1] ?? {}).join(' '), `${fields} requestReceivedTimestamp stageTimestamp annotations`);
});

test('each level holds what it may', async () => {
  const metadata = (await recorded({ level: 'Metadata' }, COLLECTION, 'POST', creates)).events[1] ?? {};
  assert.deepEqual(
    [metadata['requestObject'], metadata['responseObject'], metadata['annotations']],
    [undefined, undefined, { 'a/b': 'c' }],
  );
  assert.deepEqual(metadata['objectRef'], { ...started.objectRef, name: 'c' });
  const request = (await recorded({ level: 'Request' }, COLLECTION, 'POST', creates)).events[1] ?? {};
  assert.deepEqual([request['requestObject'] !== undefined, request['responseObject']], [true, undefined]);
  const lean = (await recorded({ level: 'RequestResponse', omitManagedFields: true }, COLLECTION, 'POST', creates)).events[1] ?? {};
  assert.deepEqual((lean['responseObject'] as typeof configMap).metadata, { name: 'c', uid: 'u' });
  assert.equal(configMap.metadata.managedFields.length, 1);
  assert.deepEqual((await recorded({ level: 'None' }, COLLECTION, 'POST', creates)).events, []);
  const omitting = await recorded({ level: 'Metadata', omitStages: ['RequestReceived'] }, COLLECTION, 'POST', creates);
  assert.deepEqual(
    omitting.events.map((e) => e['stage']),
    ['ResponseComplete'],
  );
});

test('errors are recorded with their status, and panics', async () => {
  const missing = notFound({ group: '', resource: 'configmaps' }, 'c');
  const { events, answer } = await recorded({ level: 'Metadata' }, `${COLLECTION}/c`, 'GET', async () => {
    throw missing;
  });
  assert.equal(answer, missing);
  const details = { name: 'c', kind: 'configmaps' };
  assert.deepEqual(events[1]?.['responseStatus'], {
    metadata: {},
    status: 'Failure',
    message: 'configmaps "c" not found',
    reason: 'NotFound',
    details,
    code: 404,
  });
  const bug = await recorded({ level: 'Metadata' }, COLLECTION, 'GET', async () => {
    throw new TypeError('a bug');
  });
  assert.deepEqual(
    bug.events.map((e) => e['stage']),
    ['RequestReceived', 'Panic'],
  );
  const {
    audit,
    context,
    events: all,
  } = await recorded({ level: 'Metadata' }, COLLECTION, 'GET', async () => {
    throw forbidden({ group: '', resource: 'x' }, '', 'no');
  });
  context.user = { name: '', groups: [] };
  audit.authenticationFailed(context);
  const { stage, user, responseStatus } = all[2] ?? {};
  assert.deepEqual([stage, user, (responseStatus as { code: number }).code], ['ResponseStarted', {}, 401]);
});

test('a watch is recorded when it begins and when it ends', async () => {
  let stopped = 0;
  let end = () => {};
  const watching: Handler = async () => ({
    type: 'watch',
    status: 200,
    contentType: 'application/json',
    start: (writer) => ((end = () => writer.end()), () => void stopped++),
  });
  const watch = { query: new URLSearchParams('watch=1') };
  const { events, answer } = await recorded({ level: 'RequestResponse' }, COLLECTION, 'GET', watching, watch);
  const stages = () => events.map((e) => e['stage']);
  assert.deepEqual(stages(), ['RequestReceived', 'ResponseStarted']);
  const stop = (answer as WatchResponse).start({ event: () => true, onDrain: () => {}, end: () => {} });
  end();
  stop();
  assert.deepEqual([stages(), stopped], [['RequestReceived', 'ResponseStarted', 'ResponseComplete'], 1]);
});

test('nobody acts while records cannot be kept', async () => {
  const broken = auditor({
    policy: { rules: [{ level: 'Metadata' }] },
    write: () => {
      throw new Error('disk full');
    },
    clock: { now: () => 0 } as never,
    log: silentLogger,
  });
  const { context } = await recorded({ level: 'None' }, COLLECTION, 'GET', creates);
  let reached = false;
  await assert.rejects(broken.filter(async (c) => ((reached = true), creates(c)))(context), {
    message: 'Internal error occurred: failed to store audit event',
  });
  assert.equal(reached, false);
});
