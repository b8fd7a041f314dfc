import type { KubeletOptions } from './options.ts';

/** Options with upstream's defaults (k8s.io/kubelet/config v1beta1) where they were left out. */
export function withDefaults(options: KubeletOptions) {
  const rootDirectory = options.rootDirectory ?? '/var/lib/kubelet';
  return {
    ...options,
    rootDirectory,
    podLogsDirectory: options.podLogsDirectory ?? '/var/log/pods',
    containerLogsDirectory: options.containerLogsDirectory ?? '/var/log/containers',
    port: options.port ?? 10250,
    maxPods: options.maxPods ?? 110,
    resolvConf: options.resolvConf ?? '/etc/resolv.conf',
    cgroupRoot: options.cgroupRoot ?? '/',
    podPidsLimit: options.podPidsLimit ?? -1,
    serializeImagePulls: options.serializeImagePulls ?? true,
    seccompDefault: options.seccompDefault ?? false,
    allowedUnsafeSysctls: options.allowedUnsafeSysctls ?? [],
    evictionHard: options.evictionHard ?? {
      'memory.available': '100Mi',
      'nodefs.available': '10%',
      'nodefs.inodesFree': '5%',
      'imagefs.available': '15%',
      'imagefs.inodesFree': '5%',
    },
    imageGCHighThresholdPercent: options.imageGCHighThresholdPercent ?? 85,
    imageGCLowThresholdPercent: options.imageGCLowThresholdPercent ?? 80,
    containerLogMaxSize: options.containerLogMaxSize ?? '10Mi',
    containerLogMaxFiles: options.containerLogMaxFiles ?? 5,
    nodeLabels: options.nodeLabels ?? {},
    registerWithTaints: options.registerWithTaints ?? [],
  };
}

export type KubeletSettings = ReturnType<typeof withDefaults>;
