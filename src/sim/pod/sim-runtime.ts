/** The container runtime of a simulated node: sandboxes and containers in memory, with the state the kubelet's decisions are made from. */
import type { Container, Pod } from '../../api/core/v1.gen.ts';
import type { Clock, Random } from '../../base/clock.ts';
import { PodSandboxState } from '../../kubelet/cri/messages/sandbox.ts';
import { NamespaceMode } from '../../kubelet/cri/messages/security.ts';
import { networkNamespace } from '../../kubelet/runtime/namespaces.ts';
import { emptyPodStatus, type RuntimePodStatus } from '../../kubelet/runtime/types.ts';

import { SimContainer } from './sim-container.ts';

export interface SimRuntimeOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly addresses: { take(): string; free(address: string): void };
  /** A container of this pod ended by itself. */
  onExit(podUid: string): void;
}

type Sandbox = RuntimePodStatus['sandboxes'][number];

interface SimPod {
  readonly uid: string;
  readonly name: string;
  readonly namespace: string;
  /** Newest first, both. */
  readonly sandboxes: Sandbox[];
  readonly containers: SimContainer[];
}

/** Ended instances of one container that are kept, for the last state and `logs --previous`. */
const KEPT_INSTANCES = 2;
const NANOS_PER_MS = 1e6;

export class SimRuntime {
  readonly #options: SimRuntimeOptions;
  readonly #pods = new Map<string, SimPod>();

  constructor(options: SimRuntimeOptions) {
    this.#options = options;
  }

  status(uid: string): RuntimePodStatus {
    const pod = this.#pods.get(uid);
    if (!pod) return emptyPodStatus({ uid, name: '', namespace: '' });
    const sandbox = pod.sandboxes[0];
    const ready = sandbox?.state === PodSandboxState.READY ? sandbox : undefined;
    const containers = pod.containers.map((c) => c.status());
    return {
      uid,
      name: pod.name,
      namespace: pod.namespace,
      ips: ready?.network?.ip ? [ready.network.ip] : [],
      sandboxes: pod.sandboxes,
      containers,
      activeContainers: ready ? containers.filter((c) => c.sandboxId === ready.id) : [],
    };
  }

  /** The newest container of that name, or the one before it. */
  container(uid: string, name: string, previous = false): SimContainer | undefined {
    return this.#pods.get(uid)?.containers.filter((c) => c.name === name)[previous ? 1 : 0];
  }

  podUids(): string[] {
    return [...this.#pods.keys()];
  }

  running(uid: string): SimContainer[] {
    return this.#pods.get(uid)?.containers.filter((c) => c.running) ?? [];
  }

  /** Makes a sandbox and returns its id. Throws when no address is left. */
  createSandbox(pod: Pod, attempt: number): string {
    const { clock, addresses } = this.#options;
    const { uid, name, namespace } = pod.metadata;
    const known = this.#pods.get(uid) ?? { uid, name, namespace, sandboxes: [], containers: [] };
    this.#pods.set(uid, known);
    const network = networkNamespace(pod);
    const sandbox: Sandbox = {
      id: this.#id(),
      metadata: { name, uid, namespace, attempt },
      state: PodSandboxState.READY,
      createdAt: clock.now() * NANOS_PER_MS,
      network: { ip: network === NamespaceMode.NODE ? '' : addresses.take(), additionalIps: [] },
      linux: { namespaces: { options: { network, pid: NamespaceMode.CONTAINER, ipc: NamespaceMode.POD, targetId: '', usernsOptions: undefined } } },
      labels: {},
      annotations: {},
      runtimeHandler: '',
    };
    known.sandboxes.unshift(sandbox);
    return sandbox.id;
  }

  start(pod: Pod, container: Container, sandboxId: string): SimContainer {
    const known = this.#pods.get(pod.metadata.uid);
    if (!known) throw new Error(`Cannot start container ${container.name}: its pod has no sandbox`);
    const before = known.containers.filter((c) => c.name === container.name);
    const last = before[0];
    const started = new SimContainer({
      id: this.#id(),
      sandboxId,
      pod,
      container,
      restartCount: last ? last.restartCount + 1 : 0,
      clock: this.#options.clock,
      onExit: () => this.#options.onExit(pod.metadata.uid),
    });
    known.containers.unshift(started);
    for (const old of before.slice(KEPT_INSTANCES - 1)) this.removeContainer(pod.metadata.uid, old.id);
    return started;
  }

  find(uid: string, containerId: string): SimContainer | undefined {
    return this.#pods.get(uid)?.containers.find((c) => c.id === containerId);
  }

  removeContainer(uid: string, containerId: string): void {
    const containers = this.#pods.get(uid)?.containers;
    const index = containers?.findIndex((c) => c.id === containerId) ?? -1;
    if (index >= 0) containers?.splice(index, 1)[0]?.kill();
  }

  /** Gives back the addresses of all sandboxes of a pod; its containers have been stopped. */
  stopSandboxes(uid: string): void {
    const pod = this.#pods.get(uid);
    pod?.sandboxes.forEach((sandbox, index) => {
      if (sandbox.state === PodSandboxState.NOTREADY) return;
      if (sandbox.network?.ip) this.#options.addresses.free(sandbox.network.ip);
      pod.sandboxes[index] = { ...sandbox, state: PodSandboxState.NOTREADY };
    });
  }

  /** Forgets a pod. */
  remove(uid: string): void {
    this.stopSandboxes(uid);
    for (const container of this.#pods.get(uid)?.containers ?? []) container.kill();
    this.#pods.delete(uid);
  }

  /** The node is switched off: nothing ends in order. */
  abandon(): void {
    for (const pod of this.#pods.values()) for (const container of pod.containers) container.abandon();
    this.#pods.clear();
  }

  #id(): string {
    return Buffer.from(this.#options.random.bytes(32)).toString('hex');
  }
}
