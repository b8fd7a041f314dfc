/** Reads a KubeletConfiguration file (kubelet.config.k8s.io/v1beta1) into the kubelet's options. Pure. */
import { load } from 'js-yaml';
import type { Taint } from '../../api/core/v1.gen.ts';
import type { KubeletOptions } from '../../kubelet/options.ts';
import { UsageError } from '../cli/flags.ts';

export type KubeletSetting = Partial<{ -readonly [K in keyof KubeletOptions]: KubeletOptions[K] }>;

export interface KubeletConfigFile {
  readonly settings: KubeletSetting;
  readonly clientCaFile?: string | undefined;
  readonly certFile?: string | undefined;
  readonly keyFile?: string | undefined;
  /** Fields of the file that this kubelet does not look at. */
  readonly ignored: readonly string[];
}

/** Fields that mean the same in the file and in the options. */
const SAME = [
  'address',
  'allowedUnsafeSysctls',
  'cgroupRoot',
  'clusterDNS',
  'clusterDomain',
  'containerLogMaxFiles',
  'containerLogMaxSize',
  'containerRuntimeEndpoint',
  'evictionHard',
  'featureGates',
  'imageGCHighThresholdPercent',
  'imageGCLowThresholdPercent',
  'kubeReserved',
  'maxParallelImagePulls',
  'maxPods',
  'podPidsLimit',
  'port',
  'providerID',
  'registerWithTaints',
  'seccompDefault',
  'serializeImagePulls',
  'staticPodPath',
  'systemReserved',
] as const satisfies readonly (keyof KubeletOptions)[];

const OTHERS = ['apiVersion', 'kind', 'authentication', 'podLogsDir', 'resolvConf', 'tlsCertFile', 'tlsPrivateKeyFile'];

interface File extends Record<string, unknown> {
  readonly authentication?: { readonly x509?: { readonly clientCAFile?: string } };
  readonly podLogsDir?: string;
  readonly resolvConf?: string;
  readonly tlsCertFile?: string;
  readonly tlsPrivateKeyFile?: string;
}

/** Throws UsageError when the text is no KubeletConfiguration. */
export function readKubeletConfig(text: string): KubeletConfigFile {
  const file = load(text) as File | null;
  if (!file || file['kind'] !== 'KubeletConfiguration')
    throw new UsageError('--config: the file is no KubeletConfiguration (kubelet.config.k8s.io/v1beta1)');
  const settings: Record<string, unknown> = Object.fromEntries(
    SAME.filter((name) => file[name] !== undefined).map((name) => [name, file[name]]),
  );
  if (file.podLogsDir !== undefined) settings['podLogsDirectory'] = file.podLogsDir;
  if (file.resolvConf !== undefined) settings['resolvConf'] = file.resolvConf;
  const known: readonly string[] = [...SAME, ...OTHERS];
  return {
    settings,
    clientCaFile: file.authentication?.x509?.clientCAFile,
    certFile: file.tlsCertFile,
    keyFile: file.tlsPrivateKeyFile,
    ignored: Object.keys(file).filter((name) => !known.includes(name)),
  };
}

/** `key=value:Effect`, as --register-with-taints has them. Throws UsageError. */
export function parseTaint(text: string): Taint {
  const match = /^([^=:]+)(?:=([^:]*))?:(NoSchedule|PreferNoSchedule|NoExecute)$/.exec(text);
  if (!match) throw new UsageError(`--register-with-taints: ${text} is no taint: write key=value:Effect`);
  return { key: match[1] ?? '', ...(match[2] && { value: match[2] }), effect: match[3] ?? '' };
}
