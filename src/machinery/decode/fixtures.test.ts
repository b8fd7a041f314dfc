import { test } from 'node:test';
import assert from 'node:assert/strict';
import { builtinTypeId } from '../type-id.ts';
import { fixtures } from '../../wire/fixtures.test-helper.ts';
import { decodeObject } from './decode-object.ts';

const all = fixtures();

test(
  'every upstream fixture keeps every byte through decoding',
  { skip: all === undefined ? 'no reference data at ../shared/k8s-1.36' : false },
  () => {
    let checked = 0;
    for (const { json } of all?.values() ?? []) {
      const value = JSON.parse(json.toString()) as { apiVersion?: string; kind?: string };
      const id = builtinTypeId(value.apiVersion ?? '', value.kind ?? '');
      if (id === undefined) continue;
      const { object } = decodeObject(id, value, { strict: true });
      assert.equal(JSON.stringify(object), JSON.stringify(value), id);
      checked++;
    }
    assert.ok(checked > 90, `only ${checked} kinds checked`);
  },
);
