import type { CertificateSigningRequest } from '../../../api/certificates/v1.gen.ts';
import { certificateSigningRequests } from '../../../client/resources.ts';
import { WorkQueue } from '../../../client/work-queue.ts';
import type { ControllerContext } from '../../controller.ts';
import { runController } from '../run-controller.ts';

/** An error that is retried without a word: rights may come later. */
export class IgnorableError extends Error {}

export function hasTrueCondition({ status }: CertificateSigningRequest, type: string): boolean {
  return (status?.conditions ?? []).some((c) => c.type === type && (!c.status || c.status === 'True'));
}

/** Looks at each request that has no certificate yet (pkg/controller/certificates/certificate_controller.go). */
export function runCsrController(
  ctx: ControllerContext,
  name: string,
  handle: (csr: CertificateSigningRequest) => Promise<void>,
): Promise<void> {
  const queue = new WorkQueue(ctx.clock, { baseMs: 200, maxMs: 1_000_000 });
  const informer = ctx.informers.informer(certificateSigningRequests);
  const enqueue = (csr: CertificateSigningRequest) => queue.add(csr.metadata.name);
  informer.addHandler({ onAdd: enqueue, onUpdate: (_, csr) => enqueue(csr), onDelete: enqueue });
  return runController(ctx, {
    name,
    queue,
    informers: [informer],
    isExpected: (error) => error instanceof IgnorableError,
    reconcile: async (key) => {
      const csr = informer.lister.get(key);
      if (csr && !csr.status?.certificate) await handle(csr);
    },
  });
}
