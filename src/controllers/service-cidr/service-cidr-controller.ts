/** https://kubernetes.io/docs/tasks/network/extend-service-ip-ranges/ (pkg/controller/servicecidrs, KEP-1880). */
import type { Condition } from '../../api/meta/v1.gen.ts';
import type { IPAddress, ServiceCIDR } from '../../api/networking/v1.gen.ts';
import { formatTime } from '../../base/clock.ts';
import { ipAddresses, serviceCIDRs } from '../../client/resources.ts';
import { WorkQueue } from '../../client/work-queue.ts';
import type { Controller, ControllerContext } from '../controller.ts';
import { runController } from '../shared/run-controller.ts';
import { canDelete, containing, overlapping } from './plan.ts';

const NAME = 'service-cidr-controller';
const FINALIZER = 'networking.k8s.io/service-cidr-finalizer';
/** API servers learn of the deletion within this time, and give no more addresses of the range. */
const GRACE_MS = 10_000;
const STILL_USED = 'There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR';

type NewCondition = Omit<Condition, 'lastTransitionTime'>;

export const serviceCIDRController: Controller = { name: NAME, start: run };

function run(ctx: ControllerContext): Promise<void> {
  const queue = new WorkQueue(ctx.clock);
  const cidrs = ctx.informers.informer(serviceCIDRs);
  const addresses = ctx.informers.informer(ipAddresses);
  const add = (names: readonly string[]) => names.forEach((name) => queue.add(name));
  const addressChanged = (address: IPAddress) => add(containing(address, cidrs.lister.list()));
  cidrs.addHandler({
    onAdd: (cidr) => add([cidr.metadata.name, ...overlapping(cidr, cidrs.lister.list())]),
    onUpdate: (_, cidr) => queue.add(cidr.metadata.name),
  });
  addresses.addHandler({ onAdd: addressChanged, onDelete: addressChanged });
  const reconcile = async (name: string) => {
    const cidr = cidrs.lister.get(name);
    if (!cidr) return;
    if (!cidr.metadata.deletionTimestamp) return keep(ctx, cidr);
    if (!canDelete(cidr, cidrs.lister.list(), addresses.lister.list())) {
      return setReady(ctx, cidr, { type: 'Ready', status: 'False', reason: 'Terminating', message: STILL_USED });
    }
    const left = Date.parse(cidr.metadata.deletionTimestamp) + GRACE_MS - ctx.clock.now();
    if (left > 0) return queue.addAfter(name, left);
    if (cidr.metadata.finalizers?.includes(FINALIZER)) {
      await patchFinalizers(ctx, name, { '$deleteFromPrimitiveList/finalizers': [FINALIZER] });
    }
  };
  return runController(ctx, { name: NAME, queue, informers: [cidrs, addresses], reconcile });
}

async function keep(ctx: ControllerContext, cidr: ServiceCIDR): Promise<void> {
  if (!cidr.metadata.finalizers?.includes(FINALIZER)) await patchFinalizers(ctx, cidr.metadata.name, { finalizers: [FINALIZER] });
  try {
    await setReady(ctx, cidr, { type: 'Ready', status: 'True', reason: '', message: 'Kubernetes Service CIDR is ready' });
  } catch (error) {
    ctx.recorder.event(cidr, 'Warning', 'KubernetesServiceCIDRError', 'The ServiceCIDR Status can not be set to Ready=True');
    throw error;
  }
}

async function patchFinalizers(ctx: ControllerContext, name: string, metadata: unknown): Promise<void> {
  await ctx.client.resource(serviceCIDRs).patch(name, 'strategic', { metadata });
}

async function setReady(ctx: ControllerContext, cidr: ServiceCIDR, wanted: NewCondition): Promise<void> {
  const { name } = cidr.metadata;
  const current = cidr.status?.conditions?.find((c) => c.type === wanted.type);
  const isSame = current?.status === wanted.status && (current.reason ?? '') === wanted.reason && current.message === wanted.message;
  if (isSame) return;
  const conditions = [{ ...wanted, lastTransitionTime: formatTime(ctx.clock.now()) }];
  const options = { fieldManager: NAME, force: true, subresource: 'status' };
  await ctx.client.resource(serviceCIDRs).apply({ metadata: { name }, status: { conditions } }, options);
}
