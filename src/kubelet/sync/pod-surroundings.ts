/** What a pod's sandbox and containers need from the rest of the node, brought together. */
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import type { ConfigMap, Container, Pod, Secret, Service } from '../../api/core/v1.gen.ts';
import type { Logger } from '../../base/log.ts';
import { chmod, mkdir, readFile, realpath, writeFile } from '../../host/fs.ts';
import type { Mounter } from '../../host/mounts.ts';
import type { PodCgroups } from '../cgroups/pod-cgroups.ts';
import type { NodeLimits } from '../cgroups/container-resources.ts';
import { podDns } from '../dns/pod-dns.ts';
import { parseResolvConf } from '../dns/resolv-conf.ts';
import { envFileValue } from '../env/env-file.ts';
import { makeEnvironment } from '../env/make-environment.ts';
import type { Allocatable } from '../env/resource-field.ts';
import { isHostNetwork } from '../pod/containers.ts';
import { kernelHostname, podHostname } from '../pod/hostname.ts';
import { hostNetworkHostsFile, podHostsFile } from '../pod/hosts-file.ts';
import { isStaticPod } from '../pod/source.ts';
import type { ContainerEvents } from '../runtime/container-events.ts';
import type { CriMount } from '../runtime/mounts.ts';
import type { ContainerSetting, ImageVolumes, PodSurroundings } from '../runtime/runtime-dependencies.ts';
import { sandboxConfig, type SandboxConfig } from '../runtime/sandbox-config.ts';
import { containerMounts } from '../volumes/container-mounts.ts';
import type { MountedVolume, PodPaths } from '../volumes/types.ts';
import type { UserNamespaces } from './user-namespaces.ts';

export interface SurroundingsOptions {
  readonly log: Logger;
  readonly events: ContainerEvents;
  readonly paths: PodPaths;
  readonly mounter: Mounter;
  readonly cgroups: PodCgroups;
  readonly node: NodeLimits;
  readonly podLogsRoot: string;
  readonly nodeIPs: readonly string[];
  readonly clusterDNS: readonly string[];
  readonly clusterDomain: string;
  readonly resolvConf: string;
  readonly userNamespaces: UserNamespaces;
  allocatable(): Allocatable;
  configMap(namespace: string, name: string): Promise<ConfigMap>;
  secret(namespace: string, name: string): Promise<Secret>;
  /** Undefined before the services are known. */
  services(): readonly Service[] | undefined;
  volumes(podUid: string): ReadonlyMap<string, MountedVolume>;
  runtimeHandler(pod: Pod): string;
  supportsRecursiveReadOnly(pod: Pod): boolean;
  isTerminationRequested(podUid: string): boolean;
}

const ETC_HOSTS = '/etc/hosts';

export class KubeletSurroundings implements PodSurroundings {
  readonly #options: SurroundingsOptions;

  constructor(options: SurroundingsOptions) {
    this.#options = options;
  }

  async sandbox(pod: Pod, attempt: number): Promise<SandboxConfig> {
    const o = this.#options;
    const host = o.resolvConf === '' ? undefined : parseResolvConf(await readFile(o.resolvConf, 'utf8'));
    const dns = podDns(pod, { host, clusterDNS: o.clusterDNS, clusterDomain: o.clusterDomain, nodeIPs: o.nodeIPs });
    for (const { reason, message } of dns.warnings) o.events.pod(pod, 'Warning', reason, message);
    return sandboxConfig({
      pod,
      attempt,
      dns: dns.config,
      hostname: isHostNetwork(pod) ? '' : kernelHostname(pod, o.clusterDomain),
      podLogsRoot: o.podLogsRoot,
      cgroupParent: o.cgroups.path(pod),
      node: o.node,
      userNamespace: this.userNamespace(pod),
      extraGroups: this.extraGroups(pod),
    });
  }

  runtimeHandler(pod: Pod): string {
    return this.#options.runtimeHandler(pod);
  }

  userNamespace(pod: Pod) {
    return this.#options.userNamespaces.get(pod);
  }

  extraGroups(pod: Pod): number[] {
    const known = new Set(pod.spec.securityContext?.supplementalGroups ?? []);
    const gids = [...this.#options.volumes(pod.metadata.uid).values()].map((volume) => volume.gid);
    return [...new Set(gids.filter((gid): gid is number => gid !== undefined && !known.has(gid)))];
  }

  isTerminationRequested(podUid: string): boolean {
    return this.#options.isTerminationRequested(podUid);
  }

  async container(pod: Pod, container: Container, podIPs: readonly string[], images: ImageVolumes): Promise<ContainerSetting> {
    const o = this.#options;
    const volumes = o.volumes(pod.metadata.uid);
    const devices = (container.volumeDevices ?? []).map((device) => {
      const volume = volumes.get(device.name);
      if (!volume?.device) throw new Error(`cannot find volume "${device.name}" to pass into container "${container.name}"`);
      return { hostPath: volume.device, containerPath: device.devicePath, permissions: volume.readOnly ? 'r' : 'mrw' };
    });
    const environment = await this.#environment(pod, container, podIPs, volumes);
    const supportsRecursiveReadOnly = o.supportsRecursiveReadOnly(pod);
    const mounts = await containerMounts({ pod, container, volumes, images, environment, supportsRecursiveReadOnly }, o);
    const extra = await Promise.all([this.#hostsFile(pod, container, podIPs), this.#terminationLog(pod, container)]);
    return { environment, devices, mounts: [...mounts, ...extra.filter((mount) => mount !== undefined)] };
  }

  #environment(
    pod: Pod,
    container: Container,
    podIPs: readonly string[],
    volumes: ReadonlyMap<string, MountedVolume>,
  ): Promise<Map<string, string>> {
    const o = this.#options;
    const services = o.services();
    if (!services && !isStaticPod(pod)) throw new Error('services have not yet been read at least once, cannot construct envvars');
    return makeEnvironment(pod, container, {
      podIPs,
      hostIPs: o.nodeIPs,
      services: services ?? [],
      allocatable: o.allocatable(),
      configMap: (namespace, name) => o.configMap(namespace, name),
      secret: (namespace, name) => o.secret(namespace, name),
      envFile: (volume, path, key) => readEnvFile(volumes.get(volume), volume, path, key),
    });
  }

  /** The managed /etc/hosts, unless the container mounts one of its own. */
  async #hostsFile(pod: Pod, container: Container, podIPs: readonly string[]): Promise<CriMount | undefined> {
    const o = this.#options;
    if (container.volumeMounts?.some((mount) => mount.mountPath === ETC_HOSTS)) return undefined;
    const hostNetwork = isHostNetwork(pod);
    if (podIPs.length === 0 && !hostNetwork) return undefined;
    const aliases = pod.spec.hostAliases ?? [];
    const path = join(o.paths.pod(pod.metadata.uid), 'etc-hosts');
    const text = hostNetwork
      ? hostNetworkHostsFile(await readFile(ETC_HOSTS, 'utf8'), aliases)
      : podHostsFile({ ips: podIPs, aliases, ...podHostname(pod, o.clusterDomain) });
    await writeFile(path, text, { mode: 0o644 });
    await chmod(path, 0o644);
    return { hostPath: path, containerPath: ETC_HOSTS, selinuxRelabel: false };
  }

  async #terminationLog(pod: Pod, container: Container): Promise<CriMount | undefined> {
    const containerPath = container.terminationMessagePath;
    if (!containerPath) return undefined;
    const directory = this.#options.paths.container(pod.metadata.uid, container.name);
    const path = join(directory, randomBytes(4).toString('hex'));
    await mkdir(directory, { recursive: true, mode: 0o750 });
    await writeFile(path, '', { mode: 0o666 });
    await chmod(path, 0o666);
    return { hostPath: path, containerPath: containerPath.startsWith('/') ? containerPath : `/${containerPath}` };
  }
}

async function readEnvFile(volume: MountedVolume | undefined, name: string, path: string, key: string): Promise<string | undefined> {
  if (!volume) throw new Error(`cannot find the volume "${name}" referenced by FileKeyRef`);
  const base = await realpath(volume.hostPath);
  try {
    const file = await realpath(join(base, path));
    if (!file.startsWith(`${base}/`)) throw new Error(`path ${path} leaves the volume`);
    return envFileValue(await readFile(file, 'utf8'), key);
  } catch (error) {
    throw new Error("couldn't parse env file", { cause: error });
  }
}
