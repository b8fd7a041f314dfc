import type { TokenRequest } from '../../../api/authentication/v1.gen.ts';
import type { PersistentVolume, PersistentVolumeClaim, Pod, Volume } from '../../../api/core/v1.gen.ts';
import type { CSIDriver } from '../../../api/storage/v1.gen.ts';
import { notFound } from '../../../machinery/status-error.ts';
import { aggregateMessage } from '../../authz/aggregate-message.ts';
import type { Authorizer } from '../../authz/authorizer.ts';
import type { RegistryReader } from '../../registry/reader.ts';
import type { AdmissionAttributes } from '../admission.ts';
import { denied } from '../attributes.ts';

/** A kubelet gets tokens for pods on its own node only, for audiences that the pod's volumes name (KEP-4412). */
export async function checkTokenRequest(
  a: AdmissionAttributes,
  node: string,
  registry: RegistryReader,
  authorizer: Authorizer,
): Promise<void> {
  const { spec } = a.object as unknown as TokenRequest;
  const ref = spec.boundObjectRef;
  if (ref?.apiVersion !== 'v1' || ref.kind !== 'Pod' || !ref.name) throw denied(a, 'node requested token not bound to a pod');
  if (!ref.uid) throw denied(a, 'node requested token with a pod binding without a uid');
  const pod = registry.reader('', 'pods').get(a.namespace, ref.name) as Pod | undefined;
  if (!pod) throw notFound({ group: '', resource: 'pods' }, ref.name);
  if (pod.metadata.uid !== ref.uid) {
    throw denied(
      a,
      `the UID in the bound object reference (${ref.uid}) does not match the UID in record. The object might have been deleted and then recreated`,
    );
  }
  if (pod.spec?.nodeName !== node) throw denied(a, 'node requested token bound to a pod scheduled on a different node');
  const audiences = spec.audiences ?? [];
  if (audiences.length > 1) throw denied(a, 'node may only request 0 or 1 audiences');
  await checkAudience(a, pod, audiences[0] ?? '', registry, authorizer);
}

async function checkAudience(
  a: AdmissionAttributes,
  pod: Pod,
  audience: string,
  registry: RegistryReader,
  authorizer: Authorizer,
): Promise<void> {
  const problems: string[] = [];
  for (const volume of pod.spec?.volumes ?? []) {
    if (volume.projected?.sources?.some((s) => s.serviceAccountToken && (s.serviceAccountToken.audience ?? '') === audience)) return;
    const problem = driverProblem(pod, volume, audience, registry);
    if (problem === undefined) return;
    if (problem !== '') problems.push(problem);
  }
  const quoted = JSON.stringify(audience);
  if (problems.length > 0) throw denied(a, `error validating audience ${quoted}: ${aggregateMessage(problems)}`);
  const { decision } = await authorizer.authorize({
    user: a.user,
    verb: 'request-serviceaccounts-token-audience',
    isResourceRequest: true,
    namespace: a.namespace,
    group: '',
    version: 'v1',
    resource: audience,
    subresource: '',
    name: a.name,
    path: '',
  });
  if (decision !== 'allow')
    throw denied(
      a,
      `audience ${quoted} not found in pod spec volume, ${a.user.name} is not authorized to request tokens for this audience`,
    );
}

/** undefined: the volume's CSI driver wants tokens for the audience; '': it does not, or there is none; else what could not be looked up. */
function driverProblem(pod: Pod, volume: Volume, audience: string, registry: RegistryReader): string | undefined {
  const driver = driverOf(pod, volume, registry);
  if (driver.name === undefined) return driver.problem ?? '';
  const stored = registry.reader('storage.k8s.io', 'csidrivers').get('', driver.name) as CSIDriver | undefined;
  if (!stored) return `csidriver.storage.k8s.io ${JSON.stringify(driver.name)} not found`;
  return stored.spec?.tokenRequests?.some((r) => r.audience === audience) ? undefined : '';
}

function driverOf(pod: Pod, volume: Volume, registry: RegistryReader): { name?: string; problem?: string } {
  if (volume.csi) return { name: volume.csi.driver };
  const claimName = volume.ephemeral ? `${pod.metadata.name}-${volume.name}` : volume.persistentVolumeClaim?.claimName;
  if (claimName === undefined) return {};
  const claim = registry.reader('', 'persistentvolumeclaims').get(pod.metadata.namespace, claimName) as PersistentVolumeClaim | undefined;
  if (!claim) return { problem: `persistentvolumeclaim ${JSON.stringify(claimName)} not found` };
  const volumeName = claim.spec?.volumeName ?? '';
  const stored = registry.reader('', 'persistentvolumes').get('', volumeName) as PersistentVolume | undefined;
  if (!stored) return { problem: `persistentvolume ${JSON.stringify(volumeName)} not found` };
  return stored.spec?.csi ? { name: stored.spec.csi.driver } : {};
}
