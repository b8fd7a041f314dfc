import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { DeviceToleration, ResourceClaim, ResourceSlice } from '../../api/resource/v1.gen.ts';
import { at, controlledBy, meta, NOW, pod } from '../shared/test-objects.ts';
import { claimEvictionTime, findDevice, podEvictionTime } from './plan.ts';

const slice = (generation: number, effect = 'NoExecute', timeAdded = at(0)): ResourceSlice =>
  ({
    spec: { driver: 'd', pool: { name: 'p', generation }, devices: [{ name: 'dev', taints: [{ key: 'bad', effect, timeAdded }] }] },
  }) as unknown as ResourceSlice;

const claim = (tolerations: DeviceToleration[] = [], reservedFor = 'pod'): ResourceClaim =>
  ({
    metadata: meta('c', { ownerReferences: controlledBy('Pod', 'pod', 'v1') }),
    status: {
      allocation: { devices: { results: [{ request: 'r', driver: 'd', pool: 'p', device: 'dev', tolerations }] } },
      reservedFor: [{ resource: 'pods', name: reservedFor, uid: `uid-${reservedFor}` }],
    },
  }) as unknown as ResourceClaim;
const tolerate = (tolerationSeconds?: number): DeviceToleration => ({
  key: 'bad',
  operator: 'Exists',
  effect: 'NoExecute',
  ...(tolerationSeconds !== undefined && { tolerationSeconds }),
});
const time = (of: ResourceClaim, slices = [slice(1)]) => claimEvictionTime(of, () => slices);

// TestController* of pkg/controller/devicetainteviction.
test('a tainted device is taken away, as far as it is not tolerated', () => {
  assert.equal(time(claim()), NOW);
  assert.equal(time(claim([tolerate()])), undefined);
  assert.equal(time(claim([tolerate(60)])), NOW + 60_000);
  assert.equal(time(claim([tolerate(60), tolerate(30)])), NOW + 30_000);
  assert.equal(time(claim([tolerate(-5)])), NOW);
  assert.equal(time(claim(), [slice(1, 'NoSchedule')]), undefined);
});

test('only the newest generation of a pool counts', () => {
  assert.equal(time(claim(), [slice(1), slice(2, 'None')]), undefined);
  assert.equal(findDevice([slice(1)], 'other'), undefined);
});

test('it concerns pods on nodes that hold the claim', () => {
  const spec = { nodeName: 'n', resourceClaims: [{ name: 'g', resourceClaimTemplateName: 't' }] };
  const status = { resourceClaimStatuses: [{ name: 'g', resourceClaimName: 'c' }] };
  const at = (of: ResourceClaim, nodeName = 'n') => podEvictionTime(pod('pod', { spec: { ...spec, nodeName }, status }), () => of, () => [slice(1)]); // prettier-ignore
  assert.equal(at(claim()), NOW);
  assert.equal(at(claim([], 'other')), undefined);
  assert.equal(at(claim(), ''), undefined);
});
