/** Continue tokens of chunked lists, in upstream's form (k8s.io/apiserver/pkg/storage, continue.go). */
import { badRequest } from '../../machinery/status-error.ts';

export interface ContinueToken {
  /** Revision of the first chunk; -1: continue with the newest state (after compaction). */
  readonly revision: number;
  /** Key to go on from. */
  readonly fromKey: string;
}

export function encodeContinue(lastKey: string, prefix: string, revision: number): string {
  const start = `${lastKey.slice(prefix.length)}\0`;
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start })).toString('base64url');
}

/** Rejects with 400 what is no token of this collection. */
export function decodeContinue(token: string, prefix: string): ContinueToken {
  const invalid = (why: string) => badRequest(`continue key is not valid: ${why}`);
  if (!/^[A-Za-z0-9_-]*={0,2}$/.test(token)) throw invalid('illegal base64 data');
  let value: { v?: unknown; rv?: unknown; start?: unknown };
  try {
    value = JSON.parse(Buffer.from(token, 'base64url').toString()) as typeof value;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : 'malformed');
  }
  if (typeof value !== 'object' || value === null || value.v !== 'meta.k8s.io/v1') throw invalid('server does not recognize this encoded version');
  if (typeof value.rv !== 'number' || !Number.isSafeInteger(value.rv) || value.rv === 0) throw invalid('incorrect encoded start resourceVersion (version meta.k8s.io/v1)');
  if (typeof value.start !== 'string' || value.start === '') throw invalid('encoded start key empty (version meta.k8s.io/v1)');
  if (`/${value.start}`.includes('/../') || value.start.startsWith('/')) throw invalid(`${value.start}`);
  return { revision: value.rv, fromKey: prefix + value.start };
}
