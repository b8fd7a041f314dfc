import { test } from 'node:test';
import assert from 'node:assert/strict';
import { parseJson } from '../../wire/json/parse.ts';
import { DecodeError, decodeObject, interpretTypeMeta, strictDecodingError, strictErrors } from './decode-object.ts';

const decode = (id: string, text: string) => JSON.stringify(decodeObject(id, parseJson(text).value).object);
const pod = (spec: string) => `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":${spec}}`;
const container = (fields: string) => pod(`{"containers":[{"name":"a"${fields}}]}`);
const printed = (fields: string) =>
  `{"kind":"Pod","apiVersion":"v1","metadata":{"name":"a"},"spec":{"containers":[{"name":"a"${fields}}]},"status":{}}`;

// Left: fields of a container as sent. Right: as upstream 1.36.2 prints them.
const CONTAINER_FIELDS: readonly [string, string][] = [
  [',"image":null', ',"resources":{}'],
  [',"image":""', ',"resources":{}'],
  [',"args":[]', ',"resources":{}'],
  [',"args":["",null]', ',"args":["",""],"resources":{}'],
  [',"ports":[{"containerPort":0}]', ',"ports":[{"containerPort":0}],"resources":{}'],
  [',"tty":false', ',"resources":{}'],
  [',"securityContext":{"runAsUser":0,"privileged":false}', ',"resources":{},"securityContext":{"privileged":false,"runAsUser":0}'],
  [',"securityContext":{}', ',"resources":{},"securityContext":{}'],
  [',"resources":{"requests":{"memory":"1024Mi","cpu":0.5,"b":null}}', ',"resources":{"requests":{"b":"0","cpu":"500m","memory":"1Gi"}}'],
  [',"resources":{"requests":{}}', ',"resources":{}'],
  [',"livenessProbe":{"httpGet":{}}', ',"resources":{},"livenessProbe":{"httpGet":{"port":0}}'],
  [',"livenessProbe":{"httpGet":{"port":"http"}}', ',"resources":{},"livenessProbe":{"httpGet":{"port":"http"}}'],
  [',"unknown":1,"Image":"x"', ',"resources":{}'],
];

test('objects are printed as Go prints them', () => {
  for (const [sent, want] of CONTAINER_FIELDS) assert.equal(decode('core/v1.Pod', container(sent)), printed(want), sent);
  const others: [string, string, string][] = [
    [
      'core/v1.Pod',
      '{"apiVersion":"v1","kind":"Pod","metadata":{"creationTimestamp":null,"labels":{},"annotations":null,"finalizers":[],"generation":0,"deletionGracePeriodSeconds":0,"name":""}}',
      '{"kind":"Pod","apiVersion":"v1","metadata":{"deletionGracePeriodSeconds":0},"spec":{"containers":[]},"status":{}}',
    ],
    ['core/v1.Secret', '{"metadata":{"managedFields":[]}}', '{"metadata":{"managedFields":[]}}'],
    [
      'apps/v1.Deployment',
      '{"spec":{"replicas":0}}',
      '{"metadata":{},"spec":{"replicas":0,"selector":null,"template":{"metadata":{},"spec":{"containers":[]}},"strategy":{}},"status":{}}',
    ],
    ['core/v1.Secret', '{"data":{"b":"","a":"YW\\nJj"},"immutable":false}', '{"metadata":{},"immutable":false,"data":{"a":"YWJj","b":""}}'],
    [
      'apps/v1.ControllerRevision',
      '{"data":{"z":1,"a":{"b":[]}},"revision":0}',
      '{"metadata":{},"data":{"z":1,"a":{"b":[]}},"revision":0}',
    ],
    [
      'core/v1.Event',
      '{"eventTime":null,"count":0}',
      '{"metadata":{},"involvedObject":{},"source":{},"firstTimestamp":null,"lastTimestamp":null,"eventTime":null,"reportingComponent":"","reportingInstance":""}',
    ],
    [
      'meta/v1.DeleteOptions',
      '{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}',
      '{"kind":"DeleteOptions","apiVersion":"v1","gracePeriodSeconds":0}',
    ],
    [
      'authorization/v1.SubjectAccessReview',
      '{"spec":{"extra":{"a":["b"],"d":[]}}}',
      '{"metadata":{},"spec":{"extra":{"a":["b"],"d":[]}},"status":{"allowed":false}}',
    ],
  ];
  for (const [id, sent, want] of others) assert.equal(decode(id, sent), want, sent);
});

test('wrong types are told in the words of Go', () => {
  const where = 'json: cannot unmarshal';
  const cases: [string, string, string][] = [
    ['core/v1.Pod', pod('5'), `${where} number into Go struct field Pod.spec of type v1.PodSpec`],
    ['core/v1.Pod', pod('{"containers":{}}'), `${where} object into Go struct field PodSpec.spec.containers of type []v1.Container`],
    ['core/v1.Pod', container(',"image":5'), `${where} number into Go struct field Container.spec.containers.image of type string`],
    ['core/v1.Pod', container(',"args":[1]'), `${where} number into Go struct field Container.spec.containers.args of type string`],
    ['core/v1.Pod', container(',"tty":"true"'), `${where} string into Go struct field Container.spec.containers.tty of type bool`],
    [
      'core/v1.Pod',
      container(',"ports":[{"containerPort":80.5}]'),
      `${where} number 80.5 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32`,
    ],
    [
      'core/v1.Pod',
      container(',"ports":[{"containerPort":99999999999}]'),
      `${where} number 99999999999 into Go struct field ContainerPort.spec.containers.ports.containerPort of type int32`,
    ],
    [
      'core/v1.Pod',
      container(',"livenessProbe":{"httpGet":{"path":5}}'),
      `${where} number into Go struct field HTTPGetAction.spec.containers.livenessProbe.ProbeHandler.httpGet.path of type string`,
    ],
    ['core/v1.Pod', pod('{"nodeSelector":{"a":5}}'), `${where} number into Go struct field PodSpec.spec.nodeSelector of type string`],
    ['apps/v1.Deployment', '{"spec":{"replicas":"a"}}', `${where} string into Go struct field DeploymentSpec.spec.replicas of type int32`],
    [
      'core/v1.Pod',
      container(',"resources":{"requests":{"cpu":"x"}}'),
      "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
    ],
    ['core/v1.Secret', '{"data":{"a":"YW=x"}}', 'illegal base64 data at input byte 2'],
    ['core/v1.Secret', '{"data":{"a":"YWJ"}}', 'illegal base64 data at input byte 0'],
    ['core/v1.Pod', '[]', `${where} array into Go value of type v1.Pod`],
  ];
  for (const [id, text, message] of cases) assert.throws(() => decode(id, text), new DecodeError(message), text);
});

test('times', () => {
  const read = (time: string) => {
    const { object } = decodeObject('meta/v1.ObjectMeta', { deletionTimestamp: time });
    return object.deletionTimestamp;
  };
  const good: [string, string | null][] = [
    ['2020-02-29T00:00:00Z', '2020-02-29T00:00:00Z'],
    ['2020-01-01T00:00:00.999Z', '2020-01-01T00:00:00Z'],
    ['2020-01-01T02:00:00+02:00', '2020-01-01T00:00:00Z'],
    ['0001-01-01T00:00:00Z', null],
  ];
  for (const [text, want] of good) assert.equal(read(text), want, text);
  const layout = '"2006-01-02T15:04:05Z07:00"';
  const bad: [string, string][] = [
    ['x', `parsing time "x" as ${layout}: cannot parse "x" as "2006"`],
    ['2020-01-01', `parsing time "2020-01-01" as ${layout}: cannot parse "" as "T"`],
    ['2020-13-01T00:00:00Z', 'parsing time "2020-13-01T00:00:00Z": month out of range'],
    ['2021-02-29T00:00:00Z', 'parsing time "2021-02-29T00:00:00Z": day out of range'],
    ['2020-01-01T00:00:00', `parsing time "2020-01-01T00:00:00" as ${layout}: cannot parse "" as "Z07:00"`],
    ['2020-01-01T00:00:00Zx', 'parsing time "2020-01-01T00:00:00Zx": extra text: "x"'],
  ];
  for (const [text, message] of bad) assert.throws(() => read(text), new DecodeError(message), text);
  const lease = (renewTime: string) => decodeObject('coordination/v1.LeaseSpec', { renewTime }).object.renewTime;
  assert.equal(lease('2020-01-01T01:00:00.123456+01:00'), '2020-01-01T00:00:00.123456Z');
  assert.throws(() => lease('2020-01-01T00:00:00Z'), /cannot parse "Z" as ".000000"/);
});

test('unknown and duplicate fields are reported with their paths', () => {
  const body =
    '{"metadata":{"name":"a","name":"b"},"spec":{"containers":[{"nope":{"x":1,"x":2}}],"affinity":{"nodeAffinity":{"foo":1}}},"extra":1}';
  const { value, duplicates } = parseJson(body);
  const { unknownFields } = decodeObject('core/v1.Pod', value, { strict: true });
  assert.deepEqual(decodeObject('core/v1.Pod', value, { strict: false }).unknownFields, []);
  assert.deepEqual(
    unknownFields,
    ['spec.affinity.nodeAffinity.foo', 'spec.containers[0].nope', 'extra'].sort(
      (a, b) => unknownFields.indexOf(a) - unknownFields.indexOf(b),
    ),
  );
  assert.deepEqual(strictErrors(['spec.containers[0].nope', 'extra'], duplicates), [
    'duplicate field "metadata.name"',
    'unknown field "spec.containers[0].nope"',
    'unknown field "extra"',
  ]);
  assert.equal(strictDecodingError(['a', 'b']).message, 'strict decoding error: a, b');
});

test('hostile keys do no harm', () => {
  const { value } = parseJson('{"__proto__":{"polluted":1},"data":{"__proto__":"x","constructor":"y"},"constructor":1}');
  const { object, unknownFields } = decodeObject('core/v1.ConfigMap', value, { strict: true });
  assert.deepEqual([...unknownFields].sort(), ['__proto__', 'constructor']);
  assert.equal(JSON.stringify(object), '{"metadata":{},"data":{"__proto__":"x","constructor":"y"}}');
  assert.equal(({} as { polluted?: number }).polluted, undefined);
});

test('JSON schemas keep their unions', () => {
  const schema =
    '{"additionalProperties":{"type":"string","nope":1},"items":[{"type":"x"}],"properties":{"b":{"additionalProperties":false},"a":{"items":{}}},"default":{"z":1,"a":[]},"dependencies":{"c":["b"]},"minimum":0}';
  assert.equal(
    decode('apiextensions/v1.JSONSchemaProps', schema),
    '{"default":{"z":1,"a":[]},"minimum":0,"items":[{"type":"x"}],"properties":{"a":{"items":{}},"b":{"additionalProperties":false}},"additionalProperties":{"type":"string"},"dependencies":{"c":["b"]}}',
  );
});

test('apiVersion and kind of a body', () => {
  assert.deepEqual(interpretTypeMeta({ apiVersion: 'v1', kind: 'Pod' }), { apiVersion: 'v1', kind: 'Pod' });
  assert.deepEqual(interpretTypeMeta({}), { apiVersion: '', kind: '' });
  assert.throws(
    () => interpretTypeMeta([]),
    /couldn't get version\/kind; json parse error: json: cannot unmarshal array into Go value of type struct/,
  );
  assert.throws(() => interpretTypeMeta({ kind: 5 }), /into Go struct field .kind of type string$/);
});
