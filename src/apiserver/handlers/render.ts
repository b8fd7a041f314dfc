/** From an answer in terms of objects to one in the form the client asked for: Table, metadata only, YAML, protobuf. */
import type { AnyObject } from '../../api/object.ts';
import { encodeProtobuf, encodeProtobufWatchEvent } from '../../machinery/protobuf.ts';
import { internalError } from '../../machinery/status-error.ts';
import type { WatchEventType } from '../../client/transport.ts';
import { stringifyJson } from '../../wire/json/stringify.ts';
import { stringifyYaml } from '../../wire/yaml/yaml.ts';
import type { ApiResponse, ListResponse, ObjectResponse, RequestContext, WatchResponse } from '../request.ts';
import type { ServedResource } from '../served-resource.ts';
import { isTrue } from '../request-info.ts';
import { negotiate, type Negotiated } from './negotiate.ts';
import { listToTable, objectToTable, partialMetadata, partialMetadataList } from './table.ts';

/** Rejects with 406 when the client takes nothing that can be offered. Call before doing the work of a write. */
export function negotiateFor(context: RequestContext, served: ServedResource | undefined): Negotiated {
  // Discovery, versions and the like are JSON documents.
  const isResource = context.info.isResourceRequest;
  const { headers, query } = context.request;
  const accept = Array.isArray(headers['accept']) ? headers['accept'].join(',') : headers['accept'];
  return negotiate(accept, { protobuf: served?.protobuf ?? isResource, cbor: false, transforms: served !== undefined }, isTrue(query.get('pretty')));
}

export async function render(context: RequestContext, served: ServedResource | undefined, wanted: Negotiated, response: ApiResponse, nowMs: number): Promise<ApiResponse> {
  context.audited?.response(response);
  if (response.type === 'watch') return renderWatch(context, served, wanted, response, nowMs);
  if (response.type !== 'object' && response.type !== 'list') return response;
  const shaped = wanted.transform && served && !isStatus(response) ? transform(context, served, wanted, response, nowMs) : response;
  if (wanted.format === 'json' && !wanted.pretty) return shaped.type === 'list' && served?.convert ? await convertedList(served, shaped) : shaped;
  const object = shaped.type === 'list' ? await wholeList(served, shaped) : shaped.object;
  return { type: 'raw', status: shaped.status, ...(shaped.headers && { headers: shaped.headers }), contentType: wanted.contentType, body: encode(object, wanted) };
}

function encode(object: unknown, wanted: Negotiated): Buffer | string {
  switch (wanted.format) {
    case 'json':
      return `${stringifyJson(object, 2)}\n`;
    case 'yaml':
      return stringifyYaml(object);
    case 'protobuf':
      return Buffer.from(encodeProtobuf(object as AnyObject));
    case 'cbor':
      throw internalError('CBOR is not offered');
  }
}

function isStatus(response: ObjectResponse | ListResponse): boolean {
  return response.type === 'object' && (response.object as { kind?: string } | undefined)?.kind === 'Status';
}

function transform(context: RequestContext, served: ServedResource, wanted: Negotiated, response: ObjectResponse | ListResponse, nowMs: number): ObjectResponse {
  const { kind, version } = wanted.transform ?? { kind: 'Table', version: 'v1' };
  const include = (context.request.query.get('includeObject') ?? 'Metadata') as 'None' | 'Metadata' | 'Object';
  let object: unknown;
  if (kind === 'Table') object = response.type === 'list' ? listToTable(served, response, include, nowMs) : objectToTable(served, response.object as AnyObject, include, nowMs, true);
  else object = response.type === 'list' ? partialMetadataList(response, version) : partialMetadata(response.object as AnyObject, version);
  return { type: 'object', status: response.status, ...(response.headers && { headers: response.headers }), object };
}

async function wholeList(served: ServedResource | undefined, response: ListResponse): Promise<unknown> {
  const items: unknown[] = [];
  for (const item of response.items) items.push(served?.convert ? await served.convert.fromStored(item.object as AnyObject) : item.object);
  return { kind: response.kind, apiVersion: response.apiVersion, metadata: response.metadata, items };
}

async function convertedList(served: ServedResource, response: ListResponse): Promise<ObjectResponse> {
  return { type: 'object', status: response.status, object: await wholeList(served, response) };
}

function renderWatch(context: RequestContext, served: ServedResource | undefined, wanted: Negotiated, response: WatchResponse, nowMs: number): WatchResponse {
  const { transform: shape } = wanted;
  const include = (context.request.query.get('includeObject') ?? 'Metadata') as 'None' | 'Metadata' | 'Object';
  let columns = true;
  const reshape = (type: WatchEventType, object: unknown): unknown => {
    if (!shape || !served || type === 'ERROR') return object;
    if (shape.kind !== 'Table') return partialMetadata(object as AnyObject, shape.version);
    const table = objectToTable(served, object as AnyObject, include, nowMs, columns, type === 'BOOKMARK');
    columns = false;
    return table;
  };
  if (wanted.format === 'protobuf') {
    return {
      ...response,
      contentType: 'application/vnd.kubernetes.protobuf;stream=watch',
      encode: (type, object) => Buffer.from(encodeProtobufWatchEvent(type, reshape(type, object) as AnyObject)),
    };
  }
  if (!shape) return response;
  return { ...response, encode: (type, object) => Buffer.from(`${stringifyJson({ type, object: reshape(type, object) })}\n`) };
}
