import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CertificateSigningRequest } from '../../api/certificates/v1.gen.ts';
import { at, meta, NOW } from '../shared/test-objects.ts';
import { isPastUse } from './plan.ts';

const HOUR = -3600;
const csr = (created: number, conditions: [type: string, updated: number][] = [], certificate?: string) =>
  ({
    metadata: meta('csr', { creationTimestamp: at(created) }),
    status: {
      conditions: conditions.map(([type, updated]) => ({ type, lastUpdateTime: at(updated) })),
      ...(certificate && { certificate }),
    },
  }) as unknown as CertificateSigningRequest;

// TestCleanerWithApprovedExpiredCSR and others of pkg/controller/certificates/cleaner.
test('settled requests stay for an hour, others for a day', () => {
  assert.equal(isPastUse(csr(25 * HOUR), NOW), true);
  assert.equal(isPastUse(csr(23 * HOUR), NOW), false);
  assert.equal(isPastUse(csr(50 * HOUR, [['Denied', 2 * HOUR]]), NOW), true);
  assert.equal(isPastUse(csr(50 * HOUR, [['Failed', HOUR / 2]]), NOW), false);
  assert.equal(isPastUse(csr(50 * HOUR, [['Approved', 2 * HOUR]], 'bm90IGEgY2VydA=='), NOW), true);
  assert.equal(isPastUse(csr(50 * HOUR, [['Approved', 2 * HOUR]]), NOW), false);
  assert.equal(isPastUse(csr(50 * HOUR, [['Approved', 25 * HOUR]]), NOW), true);
});
