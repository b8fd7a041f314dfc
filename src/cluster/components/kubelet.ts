import { join } from 'node:path';
import type { ComponentContext } from '../../client/component.ts';
import { systemClock, systemRandom } from '../../host/clock.ts';
import { fileExists } from '../../host/files.ts';
import { readMachineNetwork } from '../../host/machine-network.ts';
import { machineHostname } from '../../host/machine-user.ts';
import { startKubelet } from '../../kubelet/kubelet.ts';
import type { KubeletOptions, KubeletServing } from '../../kubelet/options.ts';
import { nodeResolvConf } from '../agent/resolv-conf.ts';
import type { Command } from '../cli/command.ts';
import { flagHelp, parseFlags, UsageError, type FlagValues } from '../cli/flags.ts';
import { ensureSelfSigned } from '../pki/self-signed.ts';
import { parseTaint, readKubeletConfig, type KubeletConfigFile } from './kubelet-config.ts';
import { CLIENT_FLAGS, readFlagFile, readOptionalFile, runComponent } from './run-component.ts';

const FLAGS = {
  ...CLIENT_FLAGS,
  config: { type: 'string', help: 'KubeletConfiguration file; flags win over it' },
  'hostname-override': { type: 'string', help: "the node's name (the machine's host name)" },
  'node-ip': { type: 'list', help: "the node's addresses (that of the default route)" },
  'root-dir': { type: 'string', help: 'volumes and state', default: '/var/lib/kubelet' },
  'container-runtime-endpoint': { type: 'string', help: 'CRI socket (unix:///run/containerd/containerd.sock)' },
  'cluster-dns': { type: 'list', help: "address of the cluster's DNS" },
  'cluster-domain': { type: 'string', help: "domain of the cluster's names" },
  'client-ca-file': { type: 'string', help: 'authority of those who may use the server' },
  'tls-cert-file': { type: 'string', help: 'serving certificate; one is made in --root-dir when left out' },
  'tls-private-key-file': { type: 'string', help: 'its key' },
  'pod-manifest-path': { type: 'string', help: 'directory of static pods' },
  'resolv-conf': { type: 'string', help: "resolver configuration of pods (the machine's)" },
  'cgroup-root': { type: 'string', help: 'where kubepods goes' },
  'node-labels': { type: 'map', help: 'labels of the node when it registers' },
  'register-with-taints': { type: 'list', help: 'key=value:Effect' },
  'provider-id': { type: 'string', help: 'name of the machine at its cloud' },
  'max-pods': { type: 'int', help: 'most pods on the node (110)' },
  port: { type: 'int', help: 'port of the server (10250)' },
  address: { type: 'string', help: 'where the server listens' },
} as const;

type Flags = FlagValues<typeof FLAGS>;
const DEFAULT_ENDPOINT = 'unix:///run/containerd/containerd.sock';

/** https://kubernetes.io/docs/reference/command-line-tools-reference/kubelet/ */
export const command: Command = {
  async run(args) {
    const { flags } = parseFlags(FLAGS, args);
    if (flags.help) {
      process.stdout.write(`The node agent.\n\n${flagHelp(FLAGS)}`);
      return 0;
    }
    const file = flags.config === undefined ? undefined : readKubeletConfig(readFlagFile('config', flags.config));
    const nodeName = (flags['hostname-override'] ?? machineHostname()).toLowerCase();
    const nodeIPs = flags['node-ip'].length ? flags['node-ip'] : await machineAddresses();
    return runComponent({
      name: 'kubelet',
      flags,
      host: nodeName,
      async run(ctx) {
        if (file?.ignored.length) ctx.log.warn('fields of --config that this kubelet does not look at', { fields: file.ignored });
        const kubelet = await startKubelet(options(ctx, flags, file, nodeName, nodeIPs));
        await new Promise<void>((resolve) => ctx.signal.addEventListener('abort', () => resolve(), { once: true }));
        await kubelet.stop();
      },
    });
  },
};

async function machineAddresses(): Promise<string[]> {
  const { address } = await readMachineNetwork();
  if (address === undefined) throw new UsageError('--node-ip is needed: this machine has no address but loopback');
  return [address];
}

function options(
  ctx: ComponentContext,
  flags: Flags,
  file: KubeletConfigFile | undefined,
  nodeName: string,
  nodeIPs: string[],
): KubeletOptions {
  const settings = { ...file?.settings };
  return {
    ...ctx,
    resolvConf: nodeResolvConf(),
    clusterDNS: [],
    clusterDomain: '',
    containerRuntimeEndpoint: DEFAULT_ENDPOINT,
    ...settings,
    ...given({
      containerRuntimeEndpoint: flags['container-runtime-endpoint'],
      clusterDomain: flags['cluster-domain'],
      staticPodPath: flags['pod-manifest-path'],
      resolvConf: flags['resolv-conf'],
      cgroupRoot: flags['cgroup-root'],
      providerID: flags['provider-id'],
      maxPods: flags['max-pods'],
      port: flags.port,
      address: flags.address,
      ...(flags['cluster-dns'].length > 0 && { clusterDNS: flags['cluster-dns'] }),
      ...(flags['register-with-taints'].length > 0 && { registerWithTaints: flags['register-with-taints'].map(parseTaint) }),
    }),
    nodeName,
    nodeIPs,
    hostname: nodeName,
    rootDirectory: flags['root-dir'],
    nodeLabels: flags['node-labels'],
    serving: serving(flags, file, nodeName, nodeIPs),
  };
}

function serving(flags: Flags, file: KubeletConfigFile | undefined, nodeName: string, nodeIPs: readonly string[]): KubeletServing {
  const clientCA = readOptionalFile('client-ca-file', flags['client-ca-file'] ?? file?.clientCaFile);
  const [certFile, keyFile] = [flags['tls-cert-file'] ?? file?.certFile, flags['tls-private-key-file'] ?? file?.keyFile];
  if (certFile !== undefined && keyFile !== undefined)
    return { cert: readFlagFile('tls-cert-file', certFile), key: readFlagFile('tls-private-key-file', keyFile), clientCA };
  const path = join(flags['root-dir'], 'pki/kubelet');
  if (!fileExists(`${path}.crt`)) ensureSelfSigned(path, nodeName, nodeIPs, systemClock, systemRandom);
  return { cert: readFlagFile('tls-cert-file', `${path}.crt`), key: readFlagFile('tls-private-key-file', `${path}.key`), clientCA };
}

/** Without what is undefined. */
function given<T extends object>(values: T): { [K in keyof T]?: NonNullable<T[K]> } {
  return Object.fromEntries(Object.entries(values).filter(([, v]) => v !== undefined)) as { [K in keyof T]?: NonNullable<T[K]> };
}
