/** Uploads an image as the OCI distribution specification says (https://github.com/opencontainers/distribution-spec). Plain HTTP. */
import type { Outbound, OutboundRequest, OutboundResponse } from '../../host/outbound.ts';
import type { Blob, OciImage } from '../image/oci-image.ts';

export interface PushTarget {
  readonly outbound: Outbound;
  readonly host: string;
  readonly port: number;
  /** `wherry/web`. */
  readonly repository: string;
  readonly tag: string;
}

/** Resolves when the registry serves the image under its tag. What it has already is not sent again. */
export async function pushImage(target: PushTarget, image: OciImage): Promise<void> {
  for (const blob of image.blobs) await pushBlob(target, blob);
  const path = `/v2/${target.repository}/manifests/${target.tag}`;
  await call(target, 'PUT', path, [201], { headers: { 'content-type': image.manifest.mediaType }, body: image.manifest.content });
}

async function pushBlob(target: PushTarget, blob: Blob): Promise<void> {
  const base = `/v2/${target.repository}/blobs`;
  const there = await call(target, 'HEAD', `${base}/${blob.digest}`, [200, 404]);
  if (there.status === 200) return;
  const session = await call(target, 'POST', `${base}/uploads/`, [202]);
  const location = new URL(String(session.headers['location']), `http://${target.host}:${target.port}`);
  location.searchParams.set('digest', blob.digest);
  const headers = { 'content-type': 'application/octet-stream' };
  await call(target, 'PUT', location.pathname + location.search, [201], { headers, body: blob.content });
}

async function call(
  { outbound, host, port }: PushTarget,
  method: string,
  path: string,
  expected: readonly number[],
  rest: { headers?: Record<string, string>; body?: Buffer } = {},
): Promise<OutboundResponse> {
  const headers = { ...rest.headers, 'content-length': String(rest.body?.length ?? 0) };
  const request: OutboundRequest = { method, host, port, path, headers, timeoutMs: 30_000, ...(rest.body && { body: rest.body }) };
  const response = await outbound.send(request);
  let text = '';
  for await (const chunk of response.body) text += Buffer.from(chunk).toString();
  if (!expected.includes(response.status)) throw new Error(`The registry answers ${response.status} to ${method} ${path}: ${text.trim()}`);
  return response;
}
