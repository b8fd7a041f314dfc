/** Runs postStart and preStop handlers (https://kubernetes.io/docs/concepts/containers/container-lifecycle-hooks/). */
import type { Container, LifecycleHandler, Pod } from '../../api/core/v1.gen.ts';
import type { Clock } from '../../base/clock.ts';
import { errorMessage } from '../../base/log.ts';
import type { HttpGetRequest, HttpGetResponse } from '../../host/http-get.ts';
import type { Cri } from '../cri/cri.ts';
import { goQuote } from '../env/go-quote.ts';
import { goText } from '../images/image-manager.ts';
import { formatPod } from '../pod/names.ts';
import { httpActionRequest } from '../probes/http-request.ts';

export interface HookDependencies {
  readonly cri: Cri;
  readonly clock: Clock;
  httpGet(request: HttpGetRequest): Promise<HttpGetResponse>;
  /** The pod's address; undefined when it has none. */
  podIP(pod: Pod): Promise<string | undefined>;
  event(pod: Pod, type: 'Normal' | 'Warning', reason: string, message: string): void;
}

export interface Hook {
  readonly pod: Pod;
  readonly container: Container;
  readonly containerId: string;
  readonly handler: LifecycleHandler;
  readonly signal?: AbortSignal | undefined;
}

const HTTP_TIMEOUT_MS = 120_000;
const MAX_BODY_BYTES = 10 * 1024;

/** Resolves when the handler has succeeded; rejects with upstream's message otherwise. */
export async function runHook(hook: Hook, deps: HookDependencies): Promise<void> {
  const { handler, container, pod } = hook;
  const where = `for Container "${container.name}" in Pod "${formatPod(pod)}" failed`;
  if (handler.exec) {
    const command = handler.exec.command ?? [];
    const { output, error } = await runExec(hook, command, deps.cri);
    if (error) throw new Error(`Exec lifecycle hook (${goList(command)}) ${where} - error: ${error}, message: ${goQuote(output)}`);
  } else if (handler.httpGet) {
    await runHttp(hook, deps).catch((error: unknown) => {
      throw new Error(`HTTP lifecycle hook (${handler.httpGet?.path ?? ''}) ${where} - error: ${errorMessage(error)}`);
    });
  } else if (handler.sleep) {
    const { seconds } = handler.sleep;
    await deps.clock.sleep(seconds * 1000, hook.signal).catch(() => {
      throw new Error(`Sleep lifecycle hook (${seconds}) ${where} - error: container terminated before sleep hook finished`);
    });
  } else {
    throw new Error(`Cannot run handler: invalid handler: ${JSON.stringify(handler)}`);
  }
}

async function runExec(hook: Hook, cmd: readonly string[], cri: Cri): Promise<{ output: string; error?: string }> {
  try {
    const result = await cri.execSync({ containerId: hook.containerId, cmd, timeout: 0 }, { timeoutMs: undefined, signal: hook.signal });
    const output = Buffer.concat([result.stdout, result.stderr]).toString('utf8');
    if (result.exitCode === 0) return { output };
    return { output, error: `command '${cmd.join(' ')}' exited with ${result.exitCode}: ${Buffer.from(result.stderr).toString('utf8')}` };
  } catch (error) {
    return { output: '', error: goText(error) };
  }
}

async function runHttp(hook: Hook, deps: HookDependencies): Promise<void> {
  const { pod, container, handler } = hook;
  const action = handler.httpGet;
  if (!action) return;
  const ip = action.host || (await deps.podIP(pod));
  if (ip === undefined) throw new Error('failed to find networking container');
  const request = httpActionRequest(action, container, ip, 'lifecycle');
  const get = (url: URL) =>
    deps.httpGet({ ...request, url, timeoutMs: HTTP_TIMEOUT_MS, maxBodyBytes: MAX_BODY_BYTES, signal: hook.signal });
  try {
    await get(request.url);
  } catch (error) {
    // Hooks once spoke HTTP whatever the scheme said: a server that answers so is asked again in its own language.
    if (request.url.protocol !== 'https:' || !isPlainHttpAnswer(error)) throw error;
    const plain = new URL(request.url);
    plain.protocol = 'http:';
    request.headers = request.headers.filter(([name]) => name.toLowerCase() !== 'authorization');
    await get(plain);
    const message = `request to HTTPS lifecycle hook ${plain.host} got HTTP response, retry with HTTP succeeded`;
    deps.event(pod, 'Warning', 'LifecycleHTTPFallback', message);
  }
}

function isPlainHttpAnswer(error: unknown): boolean {
  const code = (error as { code?: string }).code ?? '';
  return (
    code === 'ERR_SSL_WRONG_VERSION_NUMBER' ||
    code === 'EPROTO' ||
    code === 'ERR_SSL_PACKET_LENGTH_TOO_LONG' ||
    code === 'ERR_SSL_HTTP_REQUEST'
  );
}

function goList(items: readonly string[]): string {
  return `[${items.join(' ')}]`;
}
