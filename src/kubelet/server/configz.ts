import type { KubeletSettings } from '../defaults.ts';
import type { Handler } from './types.ts';

/** GET /configz: the configuration in force, as far as this kubelet has upstream's settings. */
export function configz(settings: KubeletSettings): Handler {
  const kubeletconfig = {
    enableServer: true,
    port: settings.port,
    staticPodPath: settings.staticPodPath,
    clusterDomain: settings.clusterDomain,
    clusterDNS: settings.clusterDNS,
    maxPods: settings.maxPods,
    podPidsLimit: settings.podPidsLimit,
    resolvConf: settings.resolvConf,
    cgroupDriver: 'cgroupfs',
    cgroupRoot: settings.cgroupRoot,
    cgroupsPerQOS: true,
    containerRuntimeEndpoint: settings.containerRuntimeEndpoint,
    nodeStatusUpdateFrequency: '10s',
    nodeStatusReportFrequency: '5m0s',
    nodeLeaseDurationSeconds: 40,
    syncFrequency: '1m0s',
    serializeImagePulls: settings.serializeImagePulls,
    imageGCHighThresholdPercent: settings.imageGCHighThresholdPercent,
    imageGCLowThresholdPercent: settings.imageGCLowThresholdPercent,
    containerLogMaxSize: settings.containerLogMaxSize,
    containerLogMaxFiles: settings.containerLogMaxFiles,
    evictionHard: settings.evictionHard,
    systemReserved: settings.systemReserved,
    kubeReserved: settings.kubeReserved,
    seccompDefault: settings.seccompDefault,
    allowedUnsafeSysctls: settings.allowedUnsafeSysctls,
    featureGates: settings.featureGates,
    registerWithTaints: settings.registerWithTaints,
    authentication: { x509: {}, webhook: { enabled: true, cacheTTL: '2m0s' }, anonymous: { enabled: false } },
    authorization: { mode: 'Webhook', webhook: { cacheAuthorizedTTL: '5m0s', cacheUnauthorizedTTL: '30s' } },
  };
  return ({ response }) => {
    response.head(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ kubeletconfig }));
    return Promise.resolve();
  };
}
