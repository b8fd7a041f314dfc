/** The signatures on kube-public/cluster-info (pkg/controller/bootstrap, k8s.io/cluster-bootstrap/token/jws). Pure. */
import { createHmac } from 'node:crypto';

const PREFIX = 'jws-kubeconfig-';

/** A JSON web signature (HS256) without the content: `header..signature`. */
export function detachedSignature(content: string, tokenId: string, tokenSecret: string): string {
  const header = Buffer.from(JSON.stringify({ alg: 'HS256', kid: tokenId })).toString('base64url');
  const payload = Buffer.from(content).toString('base64url');
  return `${header}..${createHmac('sha256', tokenSecret).update(`${header}.${payload}`).digest('base64url')}`;
}

/** The data of the config map with just the signatures by these tokens; undefined when it is right, or holds nothing to sign. */
export function signedData(
  data: Readonly<Record<string, string>>,
  tokens: readonly { readonly id: string; readonly secret: string }[],
): Record<string, string> | undefined {
  const content = data['kubeconfig'];
  if (content === undefined) return undefined;
  const wanted = Object.fromEntries(Object.entries(data).filter(([key]) => !key.startsWith(PREFIX)));
  for (const { id, secret } of tokens) wanted[PREFIX + id] ??= detachedSignature(content, id, secret);
  const keys = Object.keys(wanted);
  const isRight = keys.length === Object.keys(data).length && keys.every((key) => data[key] === wanted[key]);
  return isRight ? undefined : wanted;
}
