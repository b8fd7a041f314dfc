import { test } from 'node:test';
import assert from 'node:assert/strict';
import {
  aggregateMessage,
  duplicate,
  fieldPath,
  forbidden,
  internal,
  invalid,
  notSupported,
  OMIT_VALUE,
  required,
  toInvalid,
  tooFew,
  tooLong,
  tooMany,
  tooShort,
  typeInvalid,
} from './field.ts';

test('a path prints as upstream prints it', () => {
  const cases: [string, string][] = [
    [String(fieldPath('spec')), 'spec'],
    [String(fieldPath('spec', 'template', 'spec')), 'spec.template.spec'],
    [String(fieldPath('spec').child('containers').index(2).child('env').key('A.B').child('name')), 'spec.containers[2].env[A.B].name'],
    [String(fieldPath('data').key('x')), 'data[x]'],
  ];
  for (const [got, want] of cases) assert.equal(got, want);
});

test('an error prints its type, value and detail', () => {
  const p = fieldPath('spec', 'x');
  const cases: [{ toString(): string }, string][] = [
    [invalid(p, -1, 'must be greater than or equal to 0'), 'spec.x: Invalid value: -1: must be greater than or equal to 0'],
    [invalid(p, 'a"b\n', 'bad'), 'spec.x: Invalid value: "a\\"b\\n": bad'],
    [invalid(p, true, ''), 'spec.x: Invalid value: true'],
    [invalid(p, null, 'no'), 'spec.x: Invalid value: null: no'],
    [invalid(p, { a: ['<'] }, 'no'), 'spec.x: Invalid value: {"a":["\\u003c"]}: no'],
    [invalid(p, 1.5e-5, 'no'), 'spec.x: Invalid value: 1.5e-05: no'],
    [invalid(p, OMIT_VALUE, 'no'), 'spec.x: Invalid value: no'],
    [typeInvalid(p, 'x', 'must be of type integer: "string"'), 'spec.x: Invalid value: "x": must be of type integer: "string"'],
    [required(p), 'spec.x: Required value'],
    [required(p, 'name is required'), 'spec.x: Required value: name is required'],
    [duplicate(p, 'a'), 'spec.x: Duplicate value: "a"'],
    [notSupported(p, 'z', ['A', 'B']), 'spec.x: Unsupported value: "z": supported values: "A", "B"'],
    [notSupported(p, 'z', []), 'spec.x: Unsupported value: "z"'],
    [forbidden(p, 'not now'), 'spec.x: Forbidden: not now'],
    [tooLong(p, '', 63), 'spec.x: Too long: may not be more than 63 bytes'],
    [tooShort(p, '', 1), 'spec.x: Too short: must be at least 1 character'],
    [tooMany(p, 5, 1), 'spec.x: Too many: 5: must have at most 1 item'],
    [tooFew(p, 0, 2), 'spec.x: Too few: 0: must have at least 2 items'],
    [internal(undefined, new Error('boom')), '<nil>: Internal error: boom'],
  ];
  for (const [error, want] of cases) assert.equal(String(error), want);
});

test('several errors become one message and one Status', () => {
  const one = [required(fieldPath('a'))];
  const two = [...one, required(fieldPath('b')), required(fieldPath('a'))];
  assert.equal(aggregateMessage([]), undefined);
  assert.equal(aggregateMessage(one), 'a: Required value');
  assert.equal(aggregateMessage(two), '[a: Required value, b: Required value]');
  const status = toInvalid({ group: 'apps', kind: 'Deployment' }, 'web', two).status;
  assert.deepEqual([status.code, status.reason], [422, 'Invalid']);
  assert.equal(status.message, 'Deployment.apps "web" is invalid: [a: Required value, b: Required value]');
  assert.deepEqual(status.details?.causes?.[0], { reason: 'FieldValueRequired', message: 'Required value', field: 'a' });
  assert.equal(toInvalid({ group: '', kind: 'Pod' }, 'web', []).status.message, 'Pod "web" is invalid');
});
