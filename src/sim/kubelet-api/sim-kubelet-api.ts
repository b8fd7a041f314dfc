/** What a simulated node answers the API server in place of a kubelet's HTTPS server: logs, exec, attach, pods, healthz. */
import type { IncomingMessage } from 'node:http';
import type { Pod } from '../../api/core/v1.gen.ts';
import type { LocalKubelet } from '../../apiserver/proxy/local-kubelet.ts';
import type { ApiRequest, ApiResponse } from '../../apiserver/request.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import { acceptWebSocket } from '../../host/websocket-server.ts';
import type { PodManager } from '../../kubelet/pod/pod-manager.ts';
import type { SimContainer } from '../pod/sim-container.ts';
import type { SimRuntime } from '../pod/sim-runtime.ts';
import { CHANNEL_PROTOCOLS, CommandChannels } from './channels.ts';
import { simulatedExec, type ExecProgram } from './exec-program.ts';
import { logStream } from './log-stream.ts';
import { logSelection } from './select-log-lines.ts';

export interface SimKubeletApiOptions {
  readonly pods: PodManager;
  readonly runtime: SimRuntime;
  readonly clock: Clock;
  /** The node is switched off. */
  readonly signal: AbortSignal;
  readonly exec?: ExecProgram | undefined;
}

export interface ExecResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

export class SimKubeletApi implements LocalKubelet {
  readonly #options: SimKubeletApiOptions;

  constructor(options: SimKubeletApiOptions) {
    this.#options = options;
  }

  /** `path`: of the kubelet's API, with the query (pkg/kubelet/server). */
  async answer(request: ApiRequest, path: string): Promise<ApiResponse> {
    const url = new URL(path, 'http://kubelet');
    const [, call = '', namespace = '', name = '', container = ''] = url.pathname.split('/').map(decodeURIComponent);
    if (call === 'healthz') return text(200, 'ok');
    if (call === 'pods') return { type: 'object', status: 200, object: { kind: 'PodList', apiVersion: 'v1', metadata: {}, items: this.#options.pods.list() } };
    if (!['containerLogs', 'exec', 'attach', 'portForward'].includes(call)) return text(404, '404 page not found\n');
    const pod = this.#options.pods.byName(namespace, name);
    if (!pod) return text(404, `pod ${name}_${namespace} not found`);
    if (call === 'portForward') return text(501, 'a simulated node forwards no ports: its containers have no network');
    if (call === 'containerLogs') return this.#logs(pod, container, url.searchParams, request.signal);
    return this.#command(request, pod, container, call === 'exec' ? url.searchParams.getAll('command') : undefined);
  }

  /** Runs a command in a container of this node, without a connection. */
  async exec(pod: Pod, container: string, command: readonly string[], stdin = ''): Promise<ExecResult> {
    const running = this.#running(pod, container);
    if (typeof running === 'string') throw new Error(running);
    let [stdout, stderr] = ['', ''];
    const exitCode = await this.#run(pod, container, command, this.#options.signal, {
      stdin: input(stdin),
      stdout: (data) => Promise.resolve(void (stdout += Buffer.from(data).toString())),
      stderr: (data) => Promise.resolve(void (stderr += Buffer.from(data).toString())),
    });
    return { exitCode, stdout, stderr };
  }

  #logs(pod: Pod, name: string, query: URLSearchParams, signal: AbortSignal): ApiResponse {
    const { runtime, clock } = this.#options;
    const previous = query.get('previous') === 'true';
    const container = runtime.container(pod.metadata.uid, name, previous);
    if (!container) return text(400, missingContainer(pod, name, previous));
    const ended = AbortSignal.any([signal, this.#options.signal]);
    const body = logStream(container.log, logSelection(query, clock.now()), query.get('follow') === 'true', ended);
    return { type: 'stream', status: 200, contentType: 'text/plain', body };
  }

  async #command(request: ApiRequest, pod: Pod, container: string, command: readonly string[] | undefined): Promise<ApiResponse> {
    const running = this.#running(pod, container);
    if (typeof running === 'string') return text(500, running);
    const { upgrade, headers } = request;
    if (!upgrade || String(headers['upgrade'] ?? '').toLowerCase() !== 'websocket') {
      return text(400, 'a simulated node answers exec and attach over WebSocket only');
    }
    // The handshake is read from the head of the request; nothing else of a message is used.
    const message = { method: 'GET', url: request.path, headers } as unknown as IncomingMessage;
    const channels = new CommandChannels(await acceptWebSocket(message, upgrade.socket, upgrade.head, CHANNEL_PROTOCOLS));
    const ended = AbortSignal.any([request.signal, this.#options.signal]);
    void this.#serve(channels, pod, running, command, ended).catch(() => upgrade.socket.destroy());
    return { type: 'hijacked', status: 101 };
  }

  async #serve(channels: CommandChannels, pod: Pod, running: SimContainer, command: readonly string[] | undefined, signal: AbortSignal): Promise<void> {
    if (command === undefined) {
      const everything = { timestamps: false, sinceMs: -Infinity, tailLines: 0, limitBytes: undefined, stream: undefined };
      for await (const chunk of logStream(running.log, everything, true, signal)) await channels.stdout(chunk);
      return channels.exit(0);
    }
    const code = await this.#run(pod, running.name, command, signal, {
      stdin: channels.stdin(),
      stdout: (data) => channels.stdout(data),
      stderr: (data) => channels.stderr(data),
    });
    await channels.exit(code);
  }

  #run(
    pod: Pod,
    container: string,
    command: readonly string[],
    signal: AbortSignal,
    io: { stdin: AsyncIterable<Uint8Array>; stdout(data: string | Uint8Array): Promise<void>; stderr(data: string | Uint8Array): Promise<void> },
  ): Promise<number> {
    const exec = this.#options.exec ?? simulatedExec;
    return exec({ pod, container, command, ...io, sleep: (ms) => this.#options.clock.sleep(ms, signal) });
  }

  /** The running container, or why there is none. */
  #running(pod: Pod, name: string): SimContainer | string {
    try {
      const container = this.#options.runtime.container(pod.metadata.uid, name);
      return container?.running ? container : `container not found ("${name}")`;
    } catch (error) {
      return errorMessage(error);
    }
  }
}

function missingContainer(pod: Pod, name: string, previous: boolean): string {
  const podName = pod.metadata.name;
  if (previous) return `previous terminated container "${name}" in pod "${podName}" not found`;
  const all = [...(pod.status.containerStatuses ?? []), ...(pod.status.initContainerStatuses ?? [])];
  const reason = all.find((c) => c.name === name)?.state?.waiting?.reason ?? 'ContainerCreating';
  return `container "${name}" in pod "${podName}" is waiting to start: ${reason}`;
}

/** An answer of a kubelet: text that the API server turns into what its client sees. */
function text(status: number, body: string): ApiResponse {
  return { type: 'stream', status, contentType: 'text/plain; charset=utf-8', body: input(body) };
}

async function* input(body: string): AsyncGenerator<Uint8Array> {
  if (body !== '') yield await Promise.resolve(Buffer.from(body));
}
