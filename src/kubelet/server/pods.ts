import type { Pod } from '../../api/core/v1.gen.ts';
import { isRunning } from '../pleg/pod-cache.ts';
import type { Handler, ServerContext } from './types.ts';

/** GET /pods: what this node was given, with the status the kubelet last set. */
export function podList(context: ServerContext): Handler {
  return ({ response }) => {
    const items = context.pods.list().map((pod) => ({ ...pod, status: context.statuses.get(pod.metadata.uid) ?? pod.status }));
    answer(response, items);
    return Promise.resolve();
  };
}

/** GET /runningpods/: what the runtime runs. */
export function runningPods({ cache }: ServerContext): Handler {
  return ({ response }) => {
    const items = cache
      .runningPods()
      .filter(isRunning)
      .map(({ uid, name, namespace, containers }) => ({
        metadata: { name, namespace, uid, creationTimestamp: null },
        spec: { containers: containers.filter((c) => c.state === 'running').map((c) => ({ name: c.name, image: c.image, resources: {} })) },
        status: {},
      }));
    answer(response, items);
    return Promise.resolve();
  };
}

function answer(response: Parameters<Handler>[0]['response'], items: readonly (Pod | object)[]): void {
  response.head(200, { 'content-type': 'application/json' });
  response.end(`${JSON.stringify({ kind: 'PodList', apiVersion: 'v1', metadata: {}, items })}\n`);
}
