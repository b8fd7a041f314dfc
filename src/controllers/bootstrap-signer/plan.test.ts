import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Secret } from '../../api/core/v1.gen.ts';
import { meta, NOW } from '../shared/test-objects.ts';
import { signingToken, tokenTimeLeft } from '../shared/bootstrap-token.ts';
import { detachedSignature, signedData } from './plan.ts';

const secret = (data: Record<string, string>, name = 'bootstrap-token-abcdef'): Secret =>
  ({
    metadata: meta(name, { namespace: 'kube-system' }),
    type: 'bootstrap.kubernetes.io/token',
    data: Object.fromEntries(Object.entries(data).map(([k, v]) => [k, Buffer.from(v).toString('base64')])),
  }) as unknown as Secret;
const token = { 'token-id': 'abcdef', 'token-secret': '0123456789abcdef', 'usage-bootstrap-signing': 'true' };

const SECRET = 'my voice is my passcode';

// The vectors of k8s.io/cluster-bootstrap/token/jws.
test('a signature is as kubeadm checks it', () => {
  const signature = 'eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..VShe2taLd-YTrmWuRkcL_8QTNDHYxQIEBsAYYiIj1_8';
  assert.equal(detachedSignature('Hello from the other side. I must have called a thousand times.', 'joshua', SECRET), signature);
  assert.equal(
    detachedSignature('', 'joshua', SECRET),
    'eyJhbGciOiJIUzI1NiIsImtpZCI6Impvc2h1YSJ9..7Ui1ALizW4jXphVUB7xUqC9vLYLL9RZeOFfVLoB7Tgk',
  );
});

test('each valid token signs, others sign no longer', () => {
  const data = { kubeconfig: 'x', 'jws-kubeconfig-gone': 'old', note: 'kept' };
  const tokens = [{ id: 'abcdef', secret: 's' }];
  const signed = signedData(data, tokens) ?? {};
  assert.deepEqual(Object.keys(signed).sort(), ['jws-kubeconfig-abcdef', 'kubeconfig', 'note']);
  assert.equal(signedData(signed, tokens), undefined);
  assert.equal(signedData({}, tokens), undefined);
});

test('which tokens may sign', () => {
  const may = (extra: Record<string, string> = {}, name?: string) => signingToken(secret({ ...token, ...extra }, name), NOW) !== undefined;
  assert.equal(may(), true);
  assert.equal(may({}, 'bootstrap-token-123456'), false);
  assert.equal(may({ 'usage-bootstrap-signing': 'false' }), false);
  assert.equal(may({ expiration: '2020-01-01T00:00:00Z' }), false);
  assert.equal(may({ expiration: '2030-01-01T00:00:00Z' }), true);
  assert.equal(tokenTimeLeft(secret({ expiration: 'soon' }), NOW), 0);
});
