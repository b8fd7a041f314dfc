import { test } from 'node:test';
import assert from 'node:assert/strict';
import type { ManagedFieldsEntry } from '../../api/meta/v1.gen.ts';
import { decodeObject } from '../decode.ts';
import type { JsonObject } from '../patch/values.ts';
import { StatusError } from '../status-error.ts';
import { builtinType } from './builtin-type.ts';
import { applyPatch, trackUpdate, type FieldManagerOptions } from './field-manager.ts';
import { FieldSet } from './field-set.ts';
import { fromFieldsV1, toFieldsV1 } from './fields-v1.ts';
import { keepTimestamps } from './keep-timestamps.ts';
import { fieldPathOf, printPath } from './path-element.ts';
import { builtinFilter, filterFields, type FieldFilter } from './reset-fields.ts';
import { parentEntries, scaleEntries } from './scale-fields.ts';
import { structuralType } from './structural-type.ts';

const NOON = Date.UTC(2026, 0, 1, 12);

/** A kind whose live object is kept from step to step. */
class Live {
  live: JsonObject | undefined;
  readonly #options: FieldManagerOptions;
  #nowMs = NOON;

  constructor(apiVersion: string, kind: string, options: Partial<FieldManagerOptions> = {}) {
    const id = `${apiVersion === 'v1' ? 'core/v1' : apiVersion}.${kind}`;
    this.#options = {
      apiVersion, kind, subresource: '', nowMs: NOON,
      type: options.type ?? builtinType(id),
      empty: options.empty ?? decodeObject(id, { apiVersion, kind }).object,
      ...options,
    }; // prettier-ignore
  }

  update(manager: string, fields: JsonObject, subresource = ''): this {
    const { apiVersion, kind } = this.#options;
    const next = { apiVersion, kind, ...fields };
    this.live = trackUpdate({ ...this.#options, subresource, nowMs: (this.#nowMs += 1000), live: this.live, next, manager });
    return this;
  }

  apply(manager: string, fields: JsonObject, force = false): this {
    const { apiVersion, kind } = this.#options;
    this.live = applyPatch({
      ...this.#options,
      nowMs: (this.#nowMs += 1000),
      live: this.live,
      patch: { apiVersion, kind, ...fields },
      manager,
      force,
    });
    return this;
  }

  /** manager -> fields, one path a line. */
  owners(): Record<string, string[]> {
    const out: Record<string, string[]> = {};
    const entries = ((this.live?.['metadata'] as JsonObject | undefined)?.['managedFields'] ?? []) as JsonObject[];
    for (const entry of entries) {
      const name = `${String(entry['manager'])} ${String(entry['operation'])}${entry['subresource'] ? ` ${String(entry['subresource'])}` : ''}`;
      out[name] = [...fromFieldsV1(entry['fieldsV1'] as JsonObject).paths()].map(printPath).sort();
    }
    return out;
  }

  entries(): ManagedFieldsEntry[] {
    return ((this.live?.['metadata'] ?? {}) as { managedFields?: ManagedFieldsEntry[] }).managedFields ?? [];
  }

  /** Without managedFields. */
  plain(): JsonObject {
    const { managedFields: _, ...metadata } = (this.live?.['metadata'] ?? {}) as JsonObject;
    return { ...this.live, metadata };
  }
}

const web = (fields: JsonObject) => ({ metadata: { name: 'web' }, ...fields });

test('creating an object gives its fields to the creator', () => {
  const deployment = new Live('apps/v1', 'Deployment').update('kubectl', {
    metadata: { name: 'web', labels: { app: 'web' } },
    spec: {
      replicas: 2,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: {}, spec: { containers: [{ name: 'c', image: 'x', resources: {} }] } },
      strategy: {},
    },
    status: {},
  });
  assert.deepEqual(deployment.entries(), [
    {
      manager: 'kubectl', operation: 'Update', apiVersion: 'apps/v1', time: '2026-01-01T12:00:01Z', fieldsType: 'FieldsV1',
      fieldsV1: {
        'f:metadata': { 'f:labels': { '.': {}, 'f:app': {} } },
        'f:spec': {
          'f:replicas': {},
          'f:selector': {},
          'f:template': { 'f:spec': { 'f:containers': { 'k:{"name":"c"}': { '.': {}, 'f:image': {}, 'f:name': {}, 'f:resources': {} } } } },
        },
      },
    },
  ]); // prettier-ignore
});

test('updates move ownership to whoever changed a field', () => {
  const map = new Live('v1', 'ConfigMap').update('a', web({ data: { x: '1', y: '1' } })).update('b', web({ data: { x: '2', y: '1' } }));
  assert.deepEqual(map.owners(), { 'a Update': ['.data', '.data.y'], 'b Update': ['.data.x'] });
  map.update('b', web({ data: { x: '2' } }));
  assert.deepEqual(map.owners(), { 'a Update': ['.data'], 'b Update': ['.data.x'] });
  const before = map.live;
  map.update('c', web({ data: { x: '2' } }));
  assert.deepEqual(map.live, before, 'nothing changed, nothing is written');
});

test('status has its own owner', () => {
  const pod = new Live('v1', 'Pod')
    .update('kubectl', web({ spec: { containers: [{ name: 'c' }] }, status: {} }))
    .update(
      'kubelet',
      web({ spec: { containers: [{ name: 'c' }] }, status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] } }),
      'status',
    );
  assert.deepEqual(pod.owners()['kubelet Update status'], [
    '.status.conditions',
    '.status.conditions[type="Ready"]',
    '.status.conditions[type="Ready"].status',
    '.status.conditions[type="Ready"].type',
    '.status.phase',
  ]);
});

test('apply merges, conflicts, forces, and removes what it gives up', () => {
  const map = new Live('v1', 'ConfigMap').apply('a', web({ data: { x: '1', y: '1' } }));
  assert.throws(
    () => map.apply('b', web({ data: { x: '2' } })),
    (e) => {
      assert.ok(e instanceof StatusError);
      assert.deepEqual([e.code, e.reason, e.message], [409, 'Conflict', 'Apply failed with 1 conflict: conflict with "a": .data.x']);
      assert.deepEqual(e.status.details?.causes, [{ reason: 'FieldManagerConflict', message: 'conflict with "a"', field: '.data.x' }]);
      return true;
    },
  );
  map.apply('b', web({ data: { x: '2', z: '1' } }), true);
  assert.deepEqual(map.owners(), { 'a Apply': ['.data.y'], 'b Apply': ['.data.x', '.data.z'] });
  map.apply('b', web({ data: { x: '2' } }));
  assert.deepEqual(map.plain()['data'], { x: '2', y: '1' }, 'z was only in the configuration of b');
  map.apply('a', web({ data: { x: '2', y: '1' } }));
  map.apply('b', web({}));
  assert.deepEqual(map.plain()['data'], { x: '2', y: '1' }, 'x is still wanted by a');
});

test('conflicts name managers, versions and items', () => {
  const deployment = new Live('apps/v1', 'Deployment')
    .update('hpa', { metadata: { name: 'web' }, spec: { replicas: 3, template: { spec: { containers: [{ name: 'c', image: 'x' }] } } } })
    .update(
      'status',
      { metadata: { name: 'web' }, spec: { replicas: 3, template: { spec: { containers: [{ name: 'c', image: 'y' }] } } } },
      'status',
    );
  assert.throws(
    () => deployment.apply('me', web({ spec: { replicas: 1, template: { spec: { containers: [{ name: 'c', image: 'z' }] } } } })),
    {
      message:
        'Apply failed with 2 conflicts: conflicts with "hpa" using apps/v1:\n- .spec.replicas\nconflicts with "status" with subresource "status" using apps/v1:\n- .spec.template.spec.containers[name="c"].image',
    },
  );
});

test('lists are woven in the order of the configuration', () => {
  const pod = new Live('v1', 'Pod')
    .update('u', web({ spec: { containers: [{ name: 'a', image: '1' }, { name: 'b' }, { name: 'injected' }] } }))
    .apply('me', web({ spec: { containers: [{ name: 'b' }, { name: 'a', image: '1' }] } }));
  assert.deepEqual((pod.plain()['spec'] as JsonObject)['containers'], [{ name: 'b' }, { name: 'injected' }, { name: 'a', image: '1' }]);
});

test('an object that nobody tracked is tracked from its first apply', () => {
  const map = new Live('v1', 'ConfigMap');
  map.live = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', uid: 'u' }, data: { x: '1' } };
  map.update('a', { metadata: { name: 'web', uid: 'u' }, data: { x: '2' } });
  assert.deepEqual(map.owners(), {});
  map.apply('b', web({ data: { y: '1' } }));
  assert.deepEqual(map.owners(), { 'b Apply': ['.data.y'], 'before-first-apply Update': ['.data', '.data.x'] });
});

test('a client can reset the tracking', () => {
  const map = new Live('v1', 'ConfigMap').update('a', web({ data: { x: '1' } }));
  map.update('b', { metadata: { name: 'web', uid: 'u', managedFields: [{}] }, data: { x: '1' } });
  assert.deepEqual(map.owners(), {});
});

test('configurations that do not fit are refused', () => {
  const pod = new Live('v1', 'Pod');
  const cases: [JsonObject, number, string][] = [
    [web({ spec: { foo: 1 } }), 500, 'failed to create typed patch object (/web; /v1, Kind=Pod): .spec.foo: field not declared in schema'],
    [web({ spec: { containers: 'x' } }), 500, 'failed to create typed patch object (/web; /v1, Kind=Pod): .spec.containers: expected list, got &{x}'],
    [web({ spec: { containers: [{ image: 'x' }] } }), 500, 'failed to create typed patch object (/web; /v1, Kind=Pod): .spec.containers: element 0: associative list with keys has an element that omits all key fields ["name"] (and doesn\'t have default values for any key fields)'],
    [web({ spec: { containers: [{ name: 'a' }, { name: 'a' }] } }), 500, 'failed to create typed patch object (/web; /v1, Kind=Pod): .spec.containers: duplicate entries for key [name="a"]'],
    [{ metadata: { name: 'web', managedFields: [] } }, 400, 'metadata.managedFields must be nil'],
    [{ kind: 'Node', metadata: { name: 'web' } }, 400, 'invalid object type: /v1, Kind=Node'],
  ]; // prettier-ignore
  for (const [fields, code, message] of cases) {
    assert.throws(
      () => pod.apply('me', fields),
      (e) => {
        assert.ok(e instanceof StatusError);
        assert.deepEqual([e.code, e.message], [code, message]);
        return true;
      },
    );
  }
});

test('reset fields never become owned', () => {
  const map = new Live('v1', 'Pod', { filter: builtinFilter('', 'pods', ['status'], '') }).apply(
    'me',
    web({ spec: { hostname: 'x' }, status: { phase: 'Running' } }),
  );
  assert.deepEqual(map.owners(), { 'me Apply': ['.spec.hostname'] });
});

test('filters limit ownership', () => {
  const set = FieldSet.of(
    fieldPathOf('spec', 'a'),
    fieldPathOf('spec', 'containers', 'x', 'resources', 'limits'),
    fieldPathOf('spec', 'containers', 'x', 'image'),
    fieldPathOf('status', 'b'),
  );
  const paths = (filter: FieldFilter) => [...filterFields(filter)(set).paths()].map(printPath);
  assert.deepEqual(paths({ exclude: [['status']] }), ['.spec.a', '.spec.containers.x.image', '.spec.containers.x.resources.limits']);
  assert.deepEqual(paths({ include: [['spec', 'containers', '*', 'resources']] }), ['.spec.containers.x.resources.limits']);
  assert.equal(builtinFilter('', 'configmaps', [], ''), undefined);
  assert.deepEqual(builtinFilter('apps', 'replicasets', ['status', 'scale'], 'status'), { exclude: [['spec']] });
});

test('no more than ten updaters are kept', () => {
  const map = new Live('v1', 'ConfigMap');
  const data: Record<string, string> = {};
  for (let i = 0; i < 13; i++) map.update(`m${i}`, web({ data: { ...Object.assign(data, { [`k${i}`]: 'x' }) } }));
  assert.equal(Object.keys(map.owners()).length, 10);
  assert.deepEqual(map.owners()['ancient-changes Update'], ['.data', '.data.k0', '.data.k1', '.data.k2', '.data.k3']);
});

test('kubectl takes over from its own client-side apply', () => {
  const applied = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'web', annotations: {} }, data: { x: '1' } };
  const annotations = { 'kubectl.kubernetes.io/last-applied-configuration': JSON.stringify(applied) };
  const map = new Live('v1', 'ConfigMap').update('kubectl-client-side-apply', { metadata: { name: 'web', annotations }, data: { x: '1' } });
  assert.throws(() => map.apply('other', web({ data: { x: '2' } })));
  map.apply('kubectl', web({ data: { x: '2' } }));
  assert.equal(
    ((map.plain()['metadata'] as JsonObject)['annotations'] as Record<string, string>)['kubectl.kubernetes.io/last-applied-configuration'],
    '{"apiVersion":"v1","data":{"x":"2"},"kind":"ConfigMap","metadata":{"name":"web"}}\n',
  );
});

test('custom kinds follow their structural schema', () => {
  const schema = {
    properties: {
      spec: {
        type: 'object',
        properties: {
          ports: { type: 'array', 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': ['port'], items: { type: 'object', properties: { port: { type: 'integer' }, name: { type: 'string' } } } },
          tags: { type: 'array', 'x-kubernetes-list-type': 'set', items: { type: 'string' } },
          atom: { type: 'object', 'x-kubernetes-map-type': 'atomic', properties: { a: { type: 'string' } } },
          any: { 'x-kubernetes-preserve-unknown-fields': true },
        },
      },
    },
  }; // prettier-ignore
  const custom = new Live('example.com/v1', 'Thing', {
    type: structuralType(schema),
    empty: { apiVersion: 'example.com/v1', kind: 'Thing' },
  });
  custom.apply('me', web({ spec: { ports: [{ port: 80, name: 'w' }], tags: ['a'], atom: { a: 'x' }, any: { deep: { er: [1] } } } }));
  assert.deepEqual(custom.owners(), {
    'me Apply': [
      '.spec.any.deep',
      '.spec.any.deep.er',
      '.spec.atom',
      '.spec.ports[port=80]',
      '.spec.ports[port=80].name',
      '.spec.ports[port=80].port',
      '.spec.tags[="a"]',
    ],
  });
  assert.throws(() => custom.apply('me', web({ spec: { nope: 1 } })), /\.spec\.nope: field not declared in schema/);
});

test('fieldsV1 reads and prints', () => {
  const fields = {
    'f:a': { '.': {}, 'f:b': {} },
    'f:c': { 'k:{"port":9,"protocol":"TCP"}': { '.': {}, 'f:x': {} }, 'k:{"port":80,"protocol":"TCP"}': {}, 'v:"s"': {} },
  };
  const set = fromFieldsV1(structuredClone(fields));
  assert.equal(JSON.stringify(toFieldsV1(FieldSet.of(...set.paths()))), JSON.stringify(fields));
  assert.equal(fromFieldsV1({ 'x:unknown': {}, 'f:a': {} }).size, 1);
  assert.throws(() => fromFieldsV1({ a: {} }), /key must be 2 characters long/);
  assert.throws(() => fromFieldsV1({ 'k:{': {} }));
  assert.equal(fromFieldsV1(JSON.parse('{"f:__proto__":{"f:polluted":{}}}') as JsonObject).has(fieldPathOf('__proto__', 'polluted')), true);
});

test('times alone are no change', () => {
  const map = new Live('v1', 'ConfigMap').apply('a', web({ data: { x: '1' } }));
  const before = map.live as JsonObject;
  const later = structuredClone(before);
  ((later['metadata'] as { managedFields: { time: string }[] }).managedFields[0] ?? { time: '' }).time = '2027-01-01T00:00:00Z';
  assert.deepEqual(keepTimestamps(before, later), before);
  assert.equal(keepTimestamps(before, { ...later, data: {} })['data'] !== before['data'], true);
});

test('the scale subresource owns replicas for its parent', () => {
  const paths = { 'apps/v1': fieldPathOf('spec', 'replicas') };
  const deployment = new Live('apps/v1', 'Deployment').apply('me', web({ spec: { replicas: 1, paused: true } }));
  const entries = deployment.entries();
  const scale = scaleEntries(entries, paths);
  assert.deepEqual(
    scale?.map((e) => [e.manager, e.apiVersion, e.fieldsV1]),
    [['me', 'autoscaling/v1', { 'f:spec': { 'f:replicas': {} } }]],
  );
  const taken = [
    {
      manager: 'hpa',
      operation: 'Update',
      apiVersion: 'autoscaling/v1',
      fieldsType: 'FieldsV1',
      subresource: 'scale',
      fieldsV1: { 'f:spec': { 'f:replicas': {} } },
    },
  ];
  assert.deepEqual(
    parentEntries(entries, taken as never, 'apps/v1', paths)?.map((e) => [e.manager, e.fieldsV1]),
    [
      ['me', { 'f:spec': { 'f:paused': {} } }],
      ['hpa', { 'f:spec': { 'f:replicas': {} } }],
    ],
  );
});
