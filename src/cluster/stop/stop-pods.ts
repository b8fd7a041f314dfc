/** Stops what runs in a node's containerd. */
import { errorMessage } from '../../base/log.ts';
import { openGrpcChannel } from '../../host/grpc-channel.ts';
import { childrenOf, findProcesses, signalProcess, waitUntilGone, type ProcessId } from '../../host/processes.ts';
import { criOver, type Cri } from '../../kubelet/cri/cri.ts';

export interface StopPodsOptions {
  /** Path of containerd's socket. */
  readonly socket: string;
  /** From SIGTERM to SIGKILL for every container. */
  readonly graceSeconds: number;
  /** Also forget the pods, so that nothing of them is left. */
  readonly remove: boolean;
}

const SHIM = 'containerd-shim-runc-v2';

/** Ends every pod through CRI, so that its network is given back. Says how many pods there were. Rejects when containerd does not answer. */
export async function stopPods(options: StopPodsOptions): Promise<number> {
  const cri = criOver(openGrpcChannel(options.socket));
  try {
    const { containers } = await cri.listContainers({ filter: { state: { state: 1 } } });
    await Promise.all(containers.map((c) => cri.stopContainer({ containerId: c.id, timeout: options.graceSeconds })));
    const { items } = await cri.listPodSandbox({});
    const failures = await Promise.all(items.map((sandbox) => stopPod(cri, sandbox.id, options.remove)));
    const failure = failures.find((f) => f !== undefined);
    if (failure !== undefined) throw new Error(`Cannot stop a pod: ${failure}`);
    return items.length;
  } finally {
    cri.close();
  }
}

async function stopPod(cri: Cri, podSandboxId: string, remove: boolean): Promise<string | undefined> {
  try {
    await cri.stopPodSandbox({ podSandboxId });
    if (remove) await cri.removePodSandbox({ podSandboxId });
    return undefined;
  } catch (error) {
    return `${podSandboxId}: ${errorMessage(error)}`;
  }
}

/** Kills every container of this containerd without its help: its shims and what they hold. For a containerd that is gone or broken. */
export async function killShims(socket: string): Promise<number> {
  const shims = findProcesses((command) => command[0]?.endsWith(SHIM) === true && command.includes(socket));
  const contents = shims.flatMap((shim) => childrenOf(shim.pid));
  const all: ProcessId[] = [...contents, ...shims];
  for (const id of all) signalProcess(id, 'SIGKILL');
  await Promise.all(all.map((id) => waitUntilGone(id, 5_000)));
  return shims.length;
}
