/** Makes the parts of the kubelet and ties them together. Nothing talks to the runtime or the API before the caller says so. */
import { join } from 'node:path';
import type { Pod } from '../api/core/v1.gen.ts';
import { configMaps, nodes, persistentVolumeClaims, persistentVolumes, runtimeClasses, secrets, services } from '../client/resources.ts';
import { openCgroups } from '../host/cgroups.ts';
import { openGrpcChannel } from '../host/grpc-channel.ts';
import { httpGet } from '../host/http-get.ts';
import { killPid } from '../host/kill-pid.ts';
import { readMachineFacts } from '../host/machine-facts.ts';
import { systemMounter } from '../host/mounts.ts';
import { tailFile } from '../host/tail-file.ts';
import { tcpConnect } from '../host/tcp-connect.ts';
import { Quantity } from '../machinery/quantity.ts';
import { nodeAdmission } from './admission/node-admission.ts';
import type { NodeLimits } from './cgroups/container-resources.ts';
import { PodCgroups } from './cgroups/pod-cgroups.ts';
import { MirrorPods } from './config/mirror-pods.ts';
import { criOver } from './cri/cri.ts';
import type { KubeletSettings } from './defaults.ts';
import { ContainerGc } from './gc/container-gc.ts';
import { ImageManager } from './images/image-manager.ts';
import { PullQueue } from './images/pull-queue.ts';
import { pullRecordStore } from './images/pull-record-store.ts';
import { PullRecords } from './images/pull-records.ts';
import { kubeletMetrics } from './metrics/kubelet-metrics.ts';
import { measuredCri } from './metrics/measured-cri.ts';
import { ProbeMetrics } from './metrics/probe-metrics.ts';
import { hugepageSizes, nodeResources } from './node/node-resources.ts';
import { readLastLogLines } from './logs/read-last-lines.ts';
import { ServiceAccountTokens } from './objects/service-account-tokens.ts';
import { WatchedObjects } from './objects/watched-objects.ts';
import { PodCache } from './pleg/pod-cache.ts';
import { PodManager } from './pod/pod-manager.ts';
import { ProbeManager } from './probes/probe-manager.ts';
import { RuntimeState } from './runtime-state.ts';
import { ActuatedRecords } from './runtime/actuated-resources.ts';
import { ContainerEvents } from './runtime/container-events.ts';
import { PodCgroupResize } from './runtime/pod-cgroup-resize.ts';
import { PodRuntime } from './runtime/pod-runtime.ts';
import { RuntimeHandlers } from './runtime/runtime-handlers.ts';
import { PodStatusReader } from './runtime/read-pod-status.ts';
import { MASKED_PATHS } from './runtime/security-context.ts';
import { JsonFile } from './state/json-file.ts';
import { generatePodStatus } from './status/generate-pod-status.ts';
import { StatusManager } from './status/status-manager.ts';
import { ActiveDeadlines } from './sync/active-deadlines.ts';
import { PodLoop } from './sync/pod-loop.ts';
import { KubeletPodSyncer } from './sync/pod-syncer.ts';
import { KubeletSurroundings } from './sync/pod-surroundings.ts';
import { StartFailures } from './sync/start-failures.ts';
import { UserNamespaces } from './sync/user-namespaces.ts';
import { ItemBackoff } from './util/item-backoff.ts';
import { PodStorages } from './stats/pod-storage.ts';
import { PodUsages } from './stats/pod-usages.ts';
import { StatsProvider } from './stats/stats-provider.ts';
import { podPaths } from './volumes/pod-paths.ts';
import { VolumeManager } from './volumes/volume-manager.ts';
import { PodWorkers } from './workers/pod-workers.ts';
import type { RuntimePodStatus } from './runtime/types.ts';
import type { Node } from '../api/core/v1.gen.ts';

const CRASH_INITIAL_MS = 10_000;
const CRASH_MAX_MS = 300_000;

export interface RuntimeFacts {
  /** `containerd`. */
  readonly runtimeName: string;
  /** Pods that have a directory on this node from before. */
  readonly podUids: readonly string[];
  /** Size of the file system with the kubelet's directories. */
  readonly storageBytes: number;
}

export type KubeletParts = ReturnType<typeof makeParts>;

/** `signal` ends every loop that the parts start. */
export function makeParts(settings: KubeletSettings, signal: AbortSignal, { runtimeName, storageBytes, podUids }: RuntimeFacts) {
  const { client, clock, random, log, informers } = settings;
  const machine = readMachineFacts();
  const channel = openGrpcChannel(settings.containerRuntimeEndpoint);
  const metrics = kubeletMetrics(settings.nodeName);
  const cri = measuredCri(criOver(channel), clock, metrics);
  const events = new ContainerEvents(settings.recorder);
  const paths = podPaths(settings.rootDirectory);
  const cgroupTree = openCgroups();
  const cgroups = new PodCgroups({
    cgroups: cgroupTree,
    root: settings.cgroupRoot,
    enforceCpuLimits: true,
    podPidsLimit: settings.podPidsLimit,
  });
  const resources = nodeResources({
    machine,
    maxPods: settings.maxPods,
    storageBytes,
    reserved: [settings.systemReserved ?? {}, settings.kubeReserved ?? {}],
    evictionHard: settings.evictionHard,
  });
  const node: NodeLimits = {
    memoryCapacity: machine.memory,
    hugepageSizes: hugepageSizes(machine),
    cpuCfsQuota: true,
    swapController: false,
  };
  const runtimeState = new RuntimeState(cri, clock);
  const pods = new PodManager();
  const failures = new StartFailures();
  const actuated = new ActuatedRecords(new JsonFile(join(settings.rootDirectory, 'actuated_pods_state'), {}));
  const userNamespaces = new UserNamespaces(paths, settings.maxPods, podUids);
  const tokens = new ServiceAccountTokens(client, clock, random);
  const serviceInformer = informers.informer(services);
  const nodeInformer = informers.informer(nodes, { fieldSelector: `metadata.name=${settings.nodeName}` });
  const runtimeHandlers = new RuntimeHandlers(informers.informer(runtimeClasses));
  /** What this kubelet registered, until the watch shows it. */
  const registered: { node: Node | undefined } = { node: undefined };
  const thisNode = () => nodeInformer.lister.get(settings.nodeName) ?? registered.node;
  const mirrors = new MirrorPods({ client, log, nodeName: settings.nodeName, node: () => nodeInformer.lister.get(settings.nodeName) });
  const pressure = { memory: () => false, disk: () => false, pid: () => false };

  const refreshVolumes = (_namespace: string, _name: string, uids: ReadonlySet<string>): void => {
    for (const uid of uids) {
      const pod = pods.byUid(uid);
      if (pod) void volumes.refresh(pod);
    }
  };
  const watch = { client, clock, random, log, signal, onChange: refreshVolumes };
  const watchedConfigMaps = new WatchedObjects({ ...watch, ref: configMaps });
  const watchedSecrets = new WatchedObjects({ ...watch, ref: secrets });
  const configMap = (namespace: string, name: string) => watchedConfigMaps.get(namespace, name);
  const secret = (namespace: string, name: string) => watchedSecrets.get(namespace, name);

  const volumes: VolumeManager = new VolumeManager({
    log,
    event: (pod, type, reason, message) => events.pod(pod, type, reason, message),
    deps: {
      mounter: systemMounter,
      clock,
      paths,
      allocatableMemory: Quantity.parse(resources.allocatable['memory'] ?? '0').value(),
      nodeLabels: () => settings.nodeLabels,
      claim: (namespace, name) => client.resource(persistentVolumeClaims).get(name, { namespace }),
      persistentVolume: (name) => client.resource(persistentVolumes).get(name),
      sources: {
        configMap,
        secret,
        token: (pod, audience, seconds) => tokens.get(pod, audience, seconds),
        trustBundle: () =>
          Promise.reject(
            new Error(
              'clusterTrustBundle projections are not supported by this kubelet (feature gate ClusterTrustBundleProjection is off)',
            ),
          ),
        allocatable: resources.allocatable,
      },
    },
  });

  const reader = new PodStatusReader(cri, {
    tail: tailFile,
    tailLog: (path, lines, bytes) => readLastLogLines(path, lines, bytes),
  });
  const cache: PodCache = new PodCache({
    cri,
    reader,
    clock,
    log,
    signal,
    onChange(change) {
      loop.onRuntimeChange(change);
      if (change.died.length > 0) void gc.pruneContainers(cache.get(change.uid), change.died);
    },
  });
  const statuses: StatusManager = new StatusManager({
    client,
    clock,
    log,
    signal,
    pods,
    couldHaveRunningContainers: (pod) => workers.couldHaveRunningContainers(pod.metadata.uid),
  });
  const probeMetrics = new ProbeMetrics();
  const probes: ProbeManager = new ProbeManager({
    deps: { cri, httpGet, tcpConnect },
    clock,
    random,
    events,
    signal,
    status: (uid) => statuses.get(uid),
    onProbe: (kind, pod, container, outcome) => probeMetrics.add(kind, pod, container, outcome),
    onResult(kind, uid, id, result) {
      const containerID = `${runtimeName}://${id}`;
      if (kind === 'readiness') statuses.setContainerReadiness(uid, containerID, result === 'success');
      if (kind === 'startup') statuses.setContainerStartup(uid, containerID, result === 'success');
      if (kind !== 'liveness' || result === 'failure') loop.sync(uid);
    },
  });
  const images = new ImageManager({
    cri,
    clock,
    queue: new PullQueue(settings.serializeImagePulls ? 1 : (settings.maxParallelImagePulls ?? Infinity)),
    records: new PullRecords(pullRecordStore(join(settings.rootDirectory, 'image_manager', 'pulled.json'))),
  });
  const supportsRecursiveReadOnly = (pod: Pod): boolean => {
    const handler = runtimeHandlers.known(pod);
    return runtimeState.handlers.find((h) => h.name === handler)?.recursiveReadOnly ?? false;
  };
  const surroundings = new KubeletSurroundings({
    log,
    events,
    paths,
    mounter: systemMounter,
    cgroups,
    node,
    podLogsRoot: settings.podLogsDirectory,
    nodeIPs: settings.nodeIPs,
    clusterDNS: settings.clusterDNS,
    clusterDomain: settings.clusterDomain,
    resolvConf: settings.resolvConf,
    userNamespaces,
    allocatable: () => resources.allocatable,
    configMap,
    secret,
    services: () => (serviceInformer.hasSynced ? serviceInformer.lister.list() : undefined),
    volumes: (uid) => volumes.mounted(uid),
    runtimeHandler: (pod) => runtimeHandlers.of(pod),
    supportsRecursiveReadOnly,
    isTerminationRequested: (uid) => workers.isTerminationRequested(uid),
  });
  const crashBackoff = new ItemBackoff(clock, CRASH_INITIAL_MS, CRASH_MAX_MS);
  const runtime = new PodRuntime({
    cri,
    clock,
    log,
    events,
    images,
    hooks: {
      cri,
      clock,
      httpGet,
      event: (pod, type, reason, message) => events.pod(pod, type, reason, message),
      async podIP(pod) {
        await cache.inspect(pod.metadata.uid);
        return cache.get(pod.metadata.uid).ips[0] ?? (pod.spec.hostNetwork ? settings.nodeIPs[0] : undefined);
      },
    },
    surroundings,
    probes,
    actuated,
    crashBackoff,
    podCgroup: new PodCgroupResize(cgroups, cri, () => undefined),
    node,
    podLogsRoot: settings.podLogsDirectory,
    legacyLogsRoot: settings.containerLogsDirectory || undefined,
    seccompRoot: join(settings.rootDirectory, 'seccomp'),
    seccompDefault: settings.seccompDefault,
    maskedPaths: MASKED_PATHS,
  });
  const deadlines = new ActiveDeadlines({
    clock,
    status: (uid) => statuses.get(uid),
    sync: (uid) => loop.sync(uid),
    event: (pod, reason, message) => events.pod(pod, 'Normal', reason, message),
  });
  const gc = new ContainerGc({
    cri,
    clock,
    log,
    podLogsRoot: settings.podLogsDirectory,
    legacyLogsRoot: settings.containerLogsDirectory || undefined,
    shouldContentBeRemoved: (uid) => workers.shouldContentBeRemoved(uid),
  });
  const generateStatus = (pod: Pod, status: RuntimePodStatus, terminal: boolean) =>
    generatePodStatus({
      pod,
      runtime: status,
      old: statuses.get(pod.metadata.uid) ?? pod.status,
      terminal,
      nodeIPs: settings.nodeIPs,
      runtimeName,
      supportsRecursiveReadOnly: supportsRecursiveReadOnly(pod),
      actuated,
      resizeConditions: [],
      evict: deadlines.check(pod),
      failure: (container) => failures.get(pod.metadata.uid, container),
      applyProbes: (apiStatus) => probes.applyTo(pod, apiStatus),
    });
  const syncer = new KubeletPodSyncer({
    log,
    events,
    statuses,
    cache,
    runtime,
    volumes,
    cgroups,
    paths,
    failures,
    generateStatus,
    isTerminationRequested: (uid) => workers.isTerminationRequested(uid),
    networkProblem: () => runtimeState.networkProblem(),
    useObjects(pod, maps, secretNames) {
      const { uid, namespace } = pod.metadata;
      watchedConfigMaps.use(uid, namespace, maps);
      watchedSecrets.use(uid, namespace, secretNames);
    },
    secret,
    forgetTokens: (uid) => tokens.forget(uid),
    probes,
    reconcileMirror: (pod, mirror) => mirrors.reconcile(pod, mirror),
    activePods: () => loop.activePods(),
    kill: killPid,
    resize: { before: () => {}, after: () => {} },
    releaseUserNamespace: (uid) => userNamespaces.release(uid),
  });
  const workers: PodWorkers = new PodWorkers({
    syncer,
    clock,
    random,
    log,
    signal,
    status: (uid) => cache.get(uid),
    currentPod: (uid) => loop.currentPod(uid),
  });
  const loop: PodLoop = new PodLoop({
    log,
    pods,
    workers,
    statuses,
    events,
    admit: nodeAdmission({ allowedUnsafeSysctls: settings.allowedUnsafeSysctls, node: thisNode, pressure }),
    allocated: (pod) => pod,
    onUpdate: (pod) => void volumes.refresh(pod),
    onRemove(pod) {
      const { uid } = pod.metadata;
      deadlines.forget(uid);
      if (workers.shouldContentBeRemoved(uid) || workers.isKnownTerminated(uid)) void gc.collectPod(uid);
    },
  });
  const usages = new PodUsages({ clock, cgroups: cgroupTree, podCgroups: cgroups, cache, pods });
  const storages = new PodStorages({ cri, clock, paths, podLogsRoot: settings.podLogsDirectory, volumes: (uid) => volumes.mounted(uid) });
  const stats = new StatsProvider({
    clock,
    cri,
    usages,
    storages,
    nodeName: settings.nodeName,
    rootDirectory: settings.rootDirectory,
    memory: machine.memory,
    maxPids: machine.maxPids,
    kubepods: cgroups.root,
    processes: (path) => cgroupTree.processes(path).length,
  });
  return {
    metrics,
    probeMetrics,
    usages,
    storages,
    stats,
    machine,
    resources,
    pressure,
    channel,
    cri,
    events,
    paths,
    cgroups,
    cgroupTree,
    pods,
    cache,
    statuses,
    probes,
    volumes,
    workers,
    loop,
    runtimeState,
    serviceInformer,
    nodeInformer,
    registered,
    mirrors,
    actuated,
    gc,
  };
}
