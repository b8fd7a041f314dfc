/** Content negotiation (k8s.io/apiserver/pkg/endpoints/handlers/negotiation): what the client takes, and in which shape. */
import { notAcceptable, unsupportedMediaType } from '../../machinery/status-error.ts';

export type Format = 'json' | 'yaml' | 'protobuf' | 'cbor';

/** A transformed answer: the object as a Table row set or as metadata only. */
export interface Transform {
  readonly kind: 'Table' | 'PartialObjectMetadata' | 'PartialObjectMetadataList';
  readonly version: 'v1' | 'v1beta1';
}

export interface Negotiated {
  readonly format: Format;
  readonly contentType: string;
  readonly transform?: Transform;
  readonly pretty: boolean;
}

const FORMATS: Record<string, { format: Format; contentType: string }> = {
  'application/json': { format: 'json', contentType: 'application/json' },
  'application/yaml': { format: 'yaml', contentType: 'application/yaml' },
  'application/vnd.kubernetes.protobuf': { format: 'protobuf', contentType: 'application/vnd.kubernetes.protobuf' },
  'application/cbor': { format: 'cbor', contentType: 'application/cbor' },
};
const DEFAULT: Negotiated = { format: 'json', contentType: 'application/json', pretty: false };
const TRANSFORM_KINDS = new Set(['Table', 'PartialObjectMetadata', 'PartialObjectMetadataList']);

export interface Offer {
  readonly protobuf: boolean;
  readonly cbor: boolean;
  /** Tables and metadata-only answers are offered for resources, not for discovery and the like. */
  readonly transforms: boolean;
}

const parsed = new Map<string, { accept: Negotiated | undefined }>();

/** Picks the first acceptable clause by q then order. Rejects with 406 when there is none. */
export function negotiate(accept: string | undefined, offer: Offer, pretty = false): Negotiated {
  if (!accept || accept === '*/*' || accept === 'application/json') return pretty ? { ...DEFAULT, pretty } : DEFAULT;
  const cacheKey = `${accept}|${offer.protobuf ? 'p' : ''}${offer.cbor ? 'c' : ''}${offer.transforms ? 't' : ''}`;
  let hit = parsed.get(cacheKey);
  if (!hit) {
    hit = { accept: pick(accept, offer) };
    if (parsed.size > 1000) parsed.clear();
    parsed.set(cacheKey, hit);
  }
  if (!hit.accept) throw notAcceptable(`only the following media types are accepted: ${offered(offer).join(', ')}`);
  return pretty ? { ...hit.accept, pretty } : hit.accept;
}

function offered(offer: Offer): string[] {
  return Object.keys(FORMATS).filter((t) => (t !== 'application/vnd.kubernetes.protobuf' || offer.protobuf) && (t !== 'application/cbor' || offer.cbor));
}

function pick(accept: string, offer: Offer): Negotiated | undefined {
  const clauses = accept.split(',').map((clause, order) => {
    const [type = '', ...params] = clause.split(';').map((s) => s.trim());
    const values = new Map(params.map((p): [string, string] => [p.slice(0, p.indexOf('=')), p.slice(p.indexOf('=') + 1)]));
    return { type: type.toLowerCase(), values, order, q: Number(values.get('q') ?? 1) };
  });
  clauses.sort((a, b) => b.q - a.q || a.order - b.order);
  const types = offered(offer);
  for (const { type, values } of clauses) {
    const wildcard = type === '*/*' || type === 'application/*';
    if (!wildcard && !types.includes(type)) continue;
    const known = wildcard ? FORMATS['application/json'] : FORMATS[type];
    if (!known) continue;
    const transform = readTransform(values, offer);
    if (transform === null) continue;
    return { ...known, pretty: values.get('pretty') === '1', ...(transform && { transform }) };
  }
  return undefined;
}

/** undefined: none asked for. null: one is asked for that is not offered. */
function readTransform(values: Map<string, string>, offer: Offer): Transform | undefined | null {
  const as = values.get('as');
  if (as === undefined) return undefined;
  const version = values.get('v');
  if (!offer.transforms || values.get('g') !== 'meta.k8s.io' || (version !== 'v1' && version !== 'v1beta1') || !TRANSFORM_KINDS.has(as)) return null;
  return { kind: as as Transform['kind'], version };
}

const BODY_TYPES: Record<string, Format> = {
  '': 'json',
  'application/json': 'json',
  'application/yaml': 'yaml',
  'application/vnd.kubernetes.protobuf': 'protobuf',
  'application/cbor': 'cbor',
};

/** Format of a request body by its Content-Type. Rejects with 415. */
export function bodyFormat(contentType: string | string[] | undefined, allowed: readonly Format[] = ['json', 'yaml', 'protobuf', 'cbor']): Format {
  const raw = Array.isArray(contentType) ? contentType[0] : contentType;
  const media = mediaType(raw);
  const format = BODY_TYPES[media];
  if (format === undefined || !allowed.includes(format)) {
    throw unsupportedMediaType(`the body of the request was in an unknown format - accepted media types include: ${Object.keys(FORMATS).filter((t) => allowed.includes(FORMATS[t]?.format ?? 'json')).join(', ')}`);
  }
  return format;
}

export function mediaType(contentType: string | undefined): string {
  return (contentType ?? '').split(';')[0]?.trim().toLowerCase() ?? '';
}
