import { acceptWebSocket } from '../../host/websocket-server.ts';
import { goText } from '../images/image-manager.ts';
import { containerSpec } from '../pod/containers.ts';
import { proxyUpgrade } from './proxy-upgrade.ts';
import { translateRemoteCommand, type StreamOptions } from './remote-command.ts';
import { HttpError, podOf, type ServerContext, type UpgradeExchange, type UpgradeHandler } from './types.ts';

/** The protocol in which a client can end standard input alone; others pass through to the runtime as they are. */
const TRANSLATED = 'v5.channel.k8s.io';

/** /exec/{podNamespace}/{podID}[/{uid}]/{containerName}, query as the API's PodExecOptions. */
export function exec(context: ServerContext): UpgradeHandler {
  return async (exchange) => {
    const query = exchange.request.url.searchParams;
    const options = streamOptions(query);
    const { id } = runningContainer(context, exchange.params, (name) => `container not found ("${name}")`);
    const { stdin, stdout, stderr, tty } = options;
    const { url } = await refused(
      context.cri.exec({ containerId: id, cmd: query.getAll('command'), tty, stdin, stdout, stderr: stderr && !tty }),
    );
    await connect(exchange, new URL(url), options);
  };
}

/** /attach/{podNamespace}/{podID}[/{uid}]/{containerName}. Whether there is a terminal is the container's matter. */
export function attach(context: ServerContext): UpgradeHandler {
  return async (exchange) => {
    const options = streamOptions(exchange.request.url.searchParams);
    const { id, tty } = runningContainer(context, exchange.params, (name, pod) => `container ${name} not found in pod ${pod}`);
    const { stdin, stdout, stderr } = options;
    const { url } = await refused(context.cri.attach({ containerId: id, stdin, stdout, stderr: stderr && !tty, tty }));
    await connect(exchange, new URL(url), { ...options, tty });
  };
}

async function connect({ request, socket, head }: UpgradeExchange, target: URL, options: StreamOptions): Promise<void> {
  const offered = request.headers['sec-websocket-protocol'] ?? '';
  const isWebSocket = request.headers['upgrade']?.toLowerCase() === 'websocket';
  if (!isWebSocket || !offered.split(',').some((name) => name.trim() === TRANSLATED)) {
    await proxyUpgrade(target, request, socket, head);
    return;
  }
  await translateRemoteCommand(await acceptWebSocket(request.raw, socket, head, [TRANSLATED]), target, options);
}

function streamOptions(query: URLSearchParams): StreamOptions {
  // Old clients say `input`, `output` and `error`.
  const flag = (...names: string[]) => names.some((name) => ['1', 'true'].includes(query.get(name) ?? ''));
  const options = { stdin: flag('stdin', 'input'), stdout: flag('stdout', 'output'), stderr: flag('stderr', 'error'), tty: flag('tty') };
  if (!options.stdin && !options.stdout && !options.stderr)
    throw new HttpError(400, 'you must specify at least 1 of stdin, stdout, stderr');
  return options;
}

function runningContainer(
  context: ServerContext,
  params: Readonly<Record<string, string>>,
  message: (name: string, pod: string) => string,
): { id: string; tty: boolean } {
  const pod = podOf(context, params);
  const name = params['containerName'] ?? '';
  const found = context.cache.get(pod.metadata.uid).containers.find((c) => c.name === name && c.state === 'running');
  if (!found) throw new HttpError(500, message(name, `${pod.metadata.name}_${pod.metadata.namespace}`));
  return { id: found.id, tty: containerSpec(pod, name)?.tty ?? false };
}

/** What the runtime refuses is an internal error to the client. */
async function refused<T>(call: Promise<T>): Promise<T> {
  try {
    return await call;
  } catch (error) {
    throw new HttpError(500, goText(error));
  }
}
