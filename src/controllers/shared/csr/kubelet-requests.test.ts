import assert from 'node:assert/strict';
import { test } from 'node:test';
import { apiServerClientProblem, kubeletClientProblem, kubeletServingProblem } from './kubelet-requests.ts';
import type { ParsedRequest } from './parse-request.ts';

const request = (extra: Partial<ParsedRequest> = {}): ParsedRequest => ({
  commonName: 'system:node:n1',
  organizations: ['system:nodes'],
  dnsNames: [],
  ipAddresses: [],
  emails: [],
  uris: [],
  raw: undefined as never,
  ...extra,
});
const CLIENT = ['digital signature', 'key encipherment', 'client auth'];
const SERVING = ['digital signature', 'key encipherment', 'server auth'];

// TestIsKubeletClientCSR, TestIsKubeletServingCSR of pkg/apis/certificates.
test('a kubelet’s client request names its node and nothing else', () => {
  assert.equal(kubeletClientProblem(request(), CLIENT), undefined);
  assert.equal(kubeletClientProblem(request(), ['digital signature', 'client auth']), undefined);
  assert.match(kubeletClientProblem(request({ organizations: ['x'] }), CLIENT) ?? '', /organization is not system:nodes/);
  assert.match(kubeletClientProblem(request({ commonName: 'n1' }), CLIENT) ?? '', /does not begin with system:node:/);
  assert.match(kubeletClientProblem(request({ dnsNames: ['a'] }), CLIENT) ?? '', /DNS subjectAltNames are not allowed/);
  assert.match(kubeletClientProblem(request(), [...CLIENT, 'server auth']) ?? '', /usages did not match/);
});

test('a kubelet’s serving request names where it serves', () => {
  assert.equal(kubeletServingProblem(request({ ipAddresses: ['10.0.0.1'] }), SERVING), undefined);
  assert.match(kubeletServingProblem(request(), SERVING) ?? '', /DNS or IP subjectAltName is required/);
  assert.match(kubeletServingProblem(request({ dnsNames: ['a'], uris: ['b'] }), SERVING) ?? '', /URI subjectAltNames are not allowed/);
});

test('clients of the API server may only be clients', () => {
  assert.equal(apiServerClientProblem(['client auth']), undefined);
  assert.equal(apiServerClientProblem(['client auth', 'server auth']), 'invalid usage for client certificate: server auth');
  assert.equal(apiServerClientProblem(['digital signature']), 'missing required usage for client certificate: client auth');
});
