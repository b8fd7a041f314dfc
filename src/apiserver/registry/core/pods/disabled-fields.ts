/** Fields of pods whose feature is off in 1.36 unless asked for: they are taken and dropped (dropDisabledFields in pkg/api/pod). */
import type { Lifecycle, PodSpec, VolumeProjection } from '../../../../api/core/v1.gen.ts';
import { rule, type DefaultRules } from '../../shared/defaulting.ts';

export const disabledPodFields: DefaultRules = {
  // ContainerStopSignals
  'core/v1.Lifecycle': rule<Lifecycle>((lifecycle) => void delete lifecycle.stopSignal),
  // ClusterTrustBundleProjection, PodCertificateRequest
  'core/v1.VolumeProjection': rule<VolumeProjection>((source) => {
    delete source.clusterTrustBundle;
    delete source.podCertificate;
  }),
};

/** GenericWorkload. */
export function dropDisabledSpecFields(spec: PodSpec): void {
  delete spec.schedulingGroup;
}
