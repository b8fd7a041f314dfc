/** Reads what another API server serves under one group version, in the form of aggregated discovery. */
import type { APIServiceSpec } from '../../api/apiregistration/v1.gen.ts';
import type { Outbound, OutboundTls } from '../../host/outbound.ts';

interface ApiResource {
  readonly name: string;
  readonly singularName: string;
  readonly namespaced: boolean;
  readonly kind: string;
  readonly group?: string;
  readonly version?: string;
  readonly verbs: readonly string[];
  readonly shortNames?: readonly string[];
  readonly categories?: readonly string[];
}

const MAX_BYTES = 4 * 1024 * 1024;

/** Rejects when the server does not answer well within `timeoutMs`. */
export async function readResources(outbound: Outbound, target: { readonly host: string; readonly port: number; readonly tls: OutboundTls & { readonly serverName: string } }, spec: APIServiceSpec, timeoutMs: number): Promise<unknown[]> {
  const path = `/apis/${spec.group ?? ''}/${spec.version ?? ''}`;
  const headers = { host: target.tls.serverName, accept: 'application/json', 'x-remote-user': 'system:kube-aggregator', 'x-remote-group': 'system:masters' };
  const answer = await outbound.send({ method: 'GET', host: target.host, port: target.port, tls: target.tls, path, headers, timeoutMs });
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of answer.body) {
    size += chunk.length;
    if (size > MAX_BYTES) throw new Error(`the answer of ${path} is too large`);
    chunks.push(chunk);
  }
  if (answer.status !== 200) throw new Error(`bad status from https://${target.host}:${target.port}${path}: ${answer.status}`);
  const list = JSON.parse(Buffer.concat(chunks).toString()) as { resources?: ApiResource[] };
  return aggregate(list.resources ?? []);
}

/** From the plain list, in which subresources stand beside their parents. Pure. */
export function aggregate(resources: readonly ApiResource[]): unknown[] {
  const responseKind = (r: ApiResource) => ({ group: r.group ?? '', version: r.version ?? '', kind: r.kind });
  return resources
    .filter((r) => !r.name.includes('/'))
    .map((r) => {
      const subresources = resources.filter((s) => s.name.startsWith(`${r.name}/`)).map((s) => ({ subresource: s.name.slice(r.name.length + 1), responseKind: responseKind(s), verbs: s.verbs }));
      return {
        resource: r.name, responseKind: responseKind(r), scope: r.namespaced ? 'Namespaced' : 'Cluster', singularResource: r.singularName, verbs: r.verbs,
        ...(r.shortNames && { shortNames: r.shortNames }),
        ...(r.categories && { categories: r.categories }),
        ...(subresources.length > 0 && { subresources }),
      };
    });
}
