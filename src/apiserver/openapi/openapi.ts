/** /openapi/v2 and /openapi/v3: built on first use, kept until what is served changes. */
import { createHash } from 'node:crypto';
import { groupVersionString, type ResourceDefinition } from '../../api/surface.ts';
import { notAcceptable } from '../../machinery/status-error.ts';
import { notServed } from '../router.ts';
import type { ApiResponse, RequestContext } from '../request.ts';
import { VERSION_INFO } from '../version.ts';
import { resourcePaths, type BodyRefs } from './paths.ts';
import { SchemaCollector, type Docs, type Json, type OpenApiVersion } from './schemas.ts';

/** Documents of what others define: custom resources, aggregated servers. */
export interface ForeignDocument {
  readonly group: string;
  readonly version: string;
  /** Whole OpenAPI v3 document of the group version. */
  readonly v3: Json;
  readonly v2: { readonly definitions: Json; readonly paths: Json };
}

export interface OpenApiOptions {
  readonly definitions: readonly ResourceDefinition[];
  /** Changes whenever foreign() would give something else. */
  generation?(): number;
  foreign?(docs: Docs, title: Json): readonly ForeignDocument[];
}

interface Document {
  readonly body: Buffer;
  readonly hash: string;
}

export class OpenApi {
  readonly #options: OpenApiOptions;
  readonly #builtin = new Map<string, Promise<Document>>();
  #docs: Promise<Docs> | undefined;
  #v2Base: Promise<{ definitions: Json; paths: Json }> | undefined;
  #others: { generation: number; documents: readonly ForeignDocument[] } | undefined;
  #v2: { generation: number; document: Promise<Document> } | undefined;

  constructor(options: OpenApiOptions) {
    this.#options = options;
  }

  /** Undefined for paths that are not under /openapi. */
  handle(context: RequestContext): Promise<ApiResponse> | undefined {
    const { path } = context.info;
    if (path === '/openapi/v2') return this.#serveV2(context);
    if (path === '/openapi/v3' || path === '/openapi/v3/') return this.#root(context);
    return path.startsWith('/openapi/v3/') ? this.#serveV3(context, path.slice('/openapi/v3/'.length)) : undefined;
  }

  async #root(context: RequestContext): Promise<ApiResponse> {
    const paths: Json = {};
    for (const gv of this.#groupVersions()) paths[gv] = { serverRelativeURL: `/openapi/v3/${gv}?hash=${(await this.#document(gv)).hash}` };
    for (const f of await this.#foreign()) paths[foreignPath(f)] = { serverRelativeURL: `/openapi/v3/${foreignPath(f)}?hash=${toDocument(f.v3).hash}` };
    return send(context, toDocument({ paths }));
  }

  async #serveV3(context: RequestContext, gv: string): Promise<ApiResponse> {
    const foreign = (await this.#foreign()).find((f) => foreignPath(f) === gv);
    if (foreign) return send(context, toDocument(foreign.v3));
    if (!this.#groupVersions().includes(gv)) throw notServed();
    return send(context, await this.#document(gv));
  }

  async #serveV2(context: RequestContext): Promise<ApiResponse> {
    const accept = String(context.request.headers['accept'] ?? '');
    if (accept.includes('protobuf') && !accept.includes('json') && !accept.includes('*/*')) throw notAcceptable('only the following media types are accepted: application/json');
    const generation = this.#options.generation?.() ?? 0;
    if (this.#v2?.generation !== generation) this.#v2 = { generation, document: this.#buildV2() };
    return send(context, await this.#v2.document);
  }

  #groupVersions(): string[] {
    return [...new Set(this.#options.definitions.map(pathOf))];
  }

  /** Made anew only when something changed. */
  async #foreign(): Promise<readonly ForeignDocument[]> {
    const { foreign, generation } = this.#options;
    if (!foreign) return [];
    const now = generation?.() ?? 0;
    if (this.#others?.generation !== now) this.#others = { generation: now, documents: foreign(await this.#loadDocs(), INFO) };
    return this.#others.documents;
  }

  #document(gv: string): Promise<Document> {
    let document = this.#builtin.get(gv);
    if (!document) this.#builtin.set(gv, (document = this.#buildV3(gv)));
    return document;
  }

  #loadDocs(): Promise<Docs> {
    // Large and rarely needed: not in memory before the first question.
    return (this.#docs ??= import('../../api/docs.gen.json', { with: { type: 'json' } }).then((m) => m.default as Docs));
  }

  async #buildV3(gv: string): Promise<Document> {
    const collector = new SchemaCollector(3, await this.#loadDocs());
    const paths = build(this.#options.definitions.filter((d) => pathOf(d) === gv), collector, 3);
    return toDocument({ openapi: '3.0.0', info: INFO, paths, components: { schemas: collector.schemas } });
  }

  async #buildV2(): Promise<Document> {
    this.#v2Base ??= this.#loadDocs().then((docs) => {
      const collector = new SchemaCollector(2, docs);
      return { paths: build(this.#options.definitions, collector, 2), definitions: collector.schemas };
    });
    const base = await this.#v2Base;
    const definitions = { ...base.definitions };
    const paths = { ...base.paths };
    for (const { v2 } of await this.#foreign()) {
      Object.assign(definitions, v2.definitions);
      Object.assign(paths, v2.paths);
    }
    return toDocument({ swagger: '2.0', info: INFO, paths, definitions, securityDefinitions: { BearerToken: { description: 'Bearer Token authentication', type: 'apiKey', name: 'authorization', in: 'header' } }, security: [{ BearerToken: [] }] });
  }
}

const INFO = { title: 'Kubernetes', version: VERSION_INFO.gitVersion };

function pathOf(definition: ResourceDefinition): string {
  return `${definition.group === '' ? 'api' : 'apis'}/${groupVersionString(definition)}`;
}

function foreignPath({ group, version }: ForeignDocument): string {
  return `apis/${group}/${version}`;
}

function build(definitions: readonly ResourceDefinition[], collector: SchemaCollector, version: OpenApiVersion): Json {
  const paths: Json = {};
  const ref = (id: string): Json => ({ $ref: collector.ref(id) });
  for (const definition of definitions) {
    const { schemaId } = definition;
    const refs: BodyRefs = {
      object: ref(schemaId),
      list: definition.verbs.includes('list') ? ref(`${schemaId}List`) : {},
      status: ref('meta/v1.Status'),
      deleteOptions: ref('meta/v1.DeleteOptions'),
      subresource: (sub) => (/Options$/.test(sub.kind) || sub.name === 'log' ? { type: 'string' } : ref(subresourceType(sub.group, sub.version, sub.kind))),
    };
    Object.assign(paths, resourcePaths(definition, refs, version));
  }
  return paths;
}

function subresourceType(group: string, version: string, kind: string): string {
  return `${group === '' ? 'core' : (group.split('.')[0] ?? '')}/${version}.${kind}`;
}

function toDocument(value: unknown): Document {
  const body = Buffer.from(JSON.stringify(value));
  return { body, hash: createHash('sha512').update(body).digest('hex').toUpperCase() };
}

function send(context: RequestContext, { body, hash }: Document): ApiResponse {
  const etag = `"${hash}"`;
  if (context.request.headers['if-none-match'] === etag) return { type: 'raw', status: 304, contentType: 'application/json', body: '', headers: { etag } };
  const fresh = context.request.query.has('hash') ? { 'cache-control': 'public, immutable' } : {};
  return { type: 'raw', status: 200, contentType: 'application/json', body, headers: { etag, vary: 'Accept', ...fresh } };
}
