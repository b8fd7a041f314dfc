import type { LogOptions } from '../logs/read-container-log.ts';
import { readContainerLog } from '../logs/read-container-log.ts';
import { logContainerId } from '../logs/log-container-id.ts';
import { errorMessage } from '../../base/log.ts';
import { containerSpec } from '../pod/containers.ts';
import { HttpError, podOf, type Handler, type ServerContext } from './types.ts';

/** GET /containerLogs/{podNamespace}/{podID}/{containerName} with the API's PodLogOptions as query. */
export function containerLogs(context: ServerContext): Handler {
  return async ({ request, response, params }) => {
    const options = logOptions(request.url.searchParams, context.clock.now());
    const pod = podOf(context, params, `pod "${params['podID']}" does not exist`);
    const name = params['containerName'] ?? '';
    if (!containerSpec(pod, name)) throw new HttpError(404, `container "${name}" not found in pod "${pod.metadata.name}"`);
    const id = containerId(context, pod.metadata.uid, pod.metadata.name, name, options.previous);
    const path = await logPath(context, id);
    const isRunning = () => context.cache.get(context.cache.podOf(id) ?? '').containers.some((c) => c.id === id && c.state === 'running');
    const chunks = readContainerLog(path, options, { clock: context.clock, isRunning, signal: request.signal });
    // The first read fails here when there is no file, before anything was answered.
    const first = await chunks.next().catch((error: unknown) => {
      throw new HttpError(400, errorMessage(error));
    });
    response.head(200, { 'content-type': 'text/plain' });
    if (!first.done) await response.write(first.value);
    for await (const chunk of chunks) await response.write(chunk);
    response.end();
  };
}

function containerId(context: ServerContext, uid: string, podName: string, container: string, previous: boolean): string {
  const status = context.statuses.get(uid) ?? context.pods.byUid(uid)?.status ?? {};
  try {
    return logContainerId(podName, status, container, previous);
  } catch (error) {
    throw new HttpError(400, errorMessage(error));
  }
}

async function logPath({ cri }: ServerContext, id: string): Promise<string> {
  try {
    const { status } = await cri.containerStatus({ containerId: id });
    if (status?.logPath) return status.logPath;
  } catch {
    // The answer below says it; upstream does not say why either.
  }
  throw new HttpError(400, `unable to retrieve container logs for containerd://${id}`);
}

function logOptions(query: URLSearchParams, now: number): LogOptions & { previous: boolean } {
  const tail = query.get('tail');
  const number = (name: string) => {
    const text = query.get(name);
    if (text === null || text === '') return undefined;
    if (!/^-?\d+$/.test(text)) throw new HttpError(400, '{"message": "Unable to decode query."}');
    return Number(text);
  };
  const flag = (name: string) => ['true', '1', 't', 'T', 'TRUE', 'True'].includes(query.get(name) ?? '');
  const sinceSeconds = number('sinceSeconds');
  const sinceTime = query.get('sinceTime');
  const tailLines = tail === 'all' ? undefined : tail !== null ? Number(tail) : number('tailLines');
  const limitBytes = number('limitBytes');
  if ((tailLines ?? 0) < 0 || (limitBytes ?? 1) < 1 || (sinceSeconds ?? 1) < 1) throw new HttpError(422, '{"message": "Invalid request."}');
  const since = sinceTime ? Date.parse(sinceTime) : sinceSeconds === undefined ? undefined : now - sinceSeconds * 1000;
  return { follow: flag('follow'), timestamps: flag('timestamps'), previous: flag('previous'), tailLines, limitBytes, since };
}
