import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { ResourceClaim, ResourceClaimStatus, ResourceClaimTemplate } from '../../api/resource/v1.gen.ts';
import type { Draft } from '../../api/object.ts';
import { at, controlledBy, meta, pod } from '../shared/test-objects.ts';
import { claimFromTemplate, claimsToMake, claimsToReserve, FINALIZER, isPodDone, releasePlan } from './plan.ts';

const entry = { name: 'gpu', resourceClaimTemplateName: 'tpl' };
const user = (extra: Parameters<typeof pod>[1] = {}): Pod => pod('p', { ...extra, spec: { resourceClaims: [entry], ...extra.spec } });
const made = (resourceClaimName?: string) => ({
  status: { resourceClaimStatuses: [{ name: 'gpu', ...(resourceClaimName && { resourceClaimName }) }] },
});

const resourceClaim = (status: Draft<ResourceClaimStatus> = {}, metadata: Parameters<typeof meta>[1] = {}): ResourceClaim =>
  ({ metadata: meta('c', { ownerReferences: controlledBy('Pod', 'p', 'v1'), ...metadata }), spec: {}, status }) as unknown as ResourceClaim;
const reserved = (name: string) => ({ resource: 'pods', name, uid: `uid-${name}` });

test('claims are made once, unless the pod does without', () => {
  const missing = (of: Pod, claim?: ResourceClaim) => claimsToMake(of, () => claim).map((c) => c.name);
  assert.deepEqual(missing(user()), ['gpu']);
  assert.deepEqual(missing(user(made('c')), resourceClaim()), []);
  assert.deepEqual(missing(user(made('c'))), ['gpu']);
  assert.deepEqual(missing(user(made())), []);
  assert.deepEqual(missing(user(made('c')), resourceClaim({}, { ownerReferences: [] })), ['gpu']);
});

test('a claim from a template belongs to its pod', () => {
  const template = { spec: { metadata: { labels: { a: 'b' } }, spec: { devices: {} } } } as unknown as ResourceClaimTemplate;
  const claim = claimFromTemplate(user(), entry, template);
  assert.equal(claim.metadata?.generateName, 'p-gpu-');
  assert.deepEqual(claim.metadata?.annotations, { 'resource.kubernetes.io/pod-claim-name': 'gpu' });
  assert.deepEqual(claim.metadata?.ownerReferences, [{ apiVersion: 'v1', kind: 'Pod', name: 'p', uid: 'uid-p', controller: true }]);
  const long = claimFromTemplate(pod('x'.repeat(60)), entry, template).metadata?.generateName ?? '';
  assert.ok(long.length <= 58 && long.startsWith('xxx') && long.includes('-'), long);
});

test('allocated claims are reserved for pods that somebody else placed', () => {
  const onNode = user({ ...made('c'), spec: { nodeName: 'n' } });
  assert.equal(claimsToReserve(onNode, () => resourceClaim({ allocation: {} })).length, 1);
  assert.equal(claimsToReserve(onNode, () => resourceClaim()).length, 0);
  assert.equal(claimsToReserve(onNode, () => resourceClaim({ allocation: {}, reservedFor: [reserved('p')] })).length, 0);
  assert.equal(claimsToReserve(user(made('c')), () => resourceClaim({ allocation: {} })).length, 0);
});

// TestSyncHandler of pkg/controller/resourceclaim.
test('what nobody needs is given back', () => {
  const finalizers = [FINALIZER];
  const plan = (claim: ResourceClaim, gone: string[]) => {
    const { remaining, ...rest } = releasePlan(claim, (r) => gone.includes(r.name));
    return [remaining.map((r) => r.name), ...Object.values(rest)];
  };
  const used = resourceClaim({ allocation: {}, reservedFor: [reserved('p'), reserved('q')] }, { finalizers });
  assert.deepEqual(plan(used, []), [['p', 'q'], false, false]);
  assert.deepEqual(plan(used, ['p']), [['q'], true, false]);
  assert.deepEqual(plan(used, ['p', 'q']), [[], true, true]);
  assert.deepEqual(plan(resourceClaim({ allocation: {} }, { finalizers }), []), [[], false, false]);
  assert.deepEqual(plan(resourceClaim({ allocation: {} }, { finalizers, deletionTimestamp: at(0) }), []), [[], false, true]);
  assert.deepEqual(plan(resourceClaim({ reservedFor: [reserved('p')] }), ['p']), [[], true, false]);
});

test('a pod is done when it has ended, or was deleted before it had a node', () => {
  assert.equal(isPodDone(user()), false);
  assert.equal(isPodDone(user({ status: { phase: 'Succeeded' } })), true);
  assert.equal(isPodDone(user({ metadata: { deletionTimestamp: at(0) } })), true);
  assert.equal(isPodDone(user({ metadata: { deletionTimestamp: at(0) }, spec: { nodeName: 'n' } })), false);
});
