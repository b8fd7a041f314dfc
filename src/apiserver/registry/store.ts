/**
 * The one generic store behind every resource (k8s.io/apiserver/pkg/registry/generic/registry, store.go): reads from the watch cache,
 * writes through storage with optimistic concurrency, and asks the resource's strategy for everything that is its own.
 */
import type { Clock, Random } from '../../base/clock.ts';
import type { AnyObject } from '../../api/object.ts';
import type { ResourceDefinition } from '../../api/surface.ts';
import { fieldPath, invalid, toInvalid, type FieldError } from '../../machinery/field.ts';
import { alreadyExists, conflict, notFound, requestEntityTooLarge, type GroupResource } from '../../machinery/status-error.ts';
import { ValueTooLargeError, type Storage, type WriteResult } from '../../storage/storage.ts';
import type { CachedObject } from '../../storage/cached-object.ts';
import type { WatchCache } from '../../storage/watch-cache.ts';
import type { UserInfo } from '../request.ts';
import { carrySystemFields, encodeForStorage, fillSystemFields } from './object-meta.ts';
import { planDeletion, type DeletionOptions } from './deletion.ts';
import type { RegistryReader } from './reader.ts';
import { sameJson } from './shared/semantic-equal.ts';
import type { Strategy, StrategyContext } from './strategy.ts';
import { validateObjectMeta, validateObjectMetaUpdate } from './validate-meta.ts';

export const OPTIMISTIC_LOCK_MESSAGE = 'the object has been modified; please apply your changes to the latest version and try again';

export interface StoreOptions {
  readonly definition: ResourceDefinition;
  readonly strategy: Strategy;
  readonly storage: Storage;
  readonly cache: WatchCache;
  /** Key prefix, ending in '/'. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly registry: RegistryReader;
}

export interface WriteContext {
  readonly user: UserInfo;
  readonly dryRun: boolean;
  /** The API group that was asked for: some kinds are served by two, with rules of their own in each. */
  readonly group?: string;
}

/** Admission's second half, called with the final object before it is stored. */
export type AdmissionCheck = (object: AnyObject | undefined, old: AnyObject | undefined) => Promise<void>;

export interface UpdateRequest extends WriteContext {
  readonly namespace: string;
  readonly name: string;
  /** Builds the new object (a fresh copy) from the current one; undefined `current` only when creation on update is allowed. Called again after a conflict. */
  change(current: AnyObject | undefined): Promise<AnyObject>;
  readonly check: AdmissionCheck;
  /** Creation through update: admission for CREATE. */
  readonly checkCreate?: AdmissionCheck;
  readonly allowCreate?: boolean;
  /** The change is made to whatever is there (patches): no resourceVersion needs to be named. */
  readonly toCurrent?: boolean;
  /** Which strategy half applies. */
  readonly part?: 'main' | 'status' | 'raw';
  /** For subresources with rules of their own (resize, ephemeralcontainers): replaces the strategy's update half. */
  readonly override?: Pick<Strategy, 'prepareForUpdate' | 'validateUpdate'>;
}

export interface DeleteRequest extends WriteContext {
  readonly namespace: string;
  readonly name: string;
  readonly options: DeletionOptions;
  readonly check: AdmissionCheck;
}

export interface Written {
  readonly object: AnyObject;
  readonly created: boolean;
}

const MAX_RETRIES = 50;

export class ResourceStore {
  readonly definition: ResourceDefinition;
  readonly strategy: Strategy;
  readonly cache: WatchCache;
  readonly prefix: string;
  readonly #o: StoreOptions;

  constructor(options: StoreOptions) {
    this.#o = options;
    this.definition = options.definition;
    this.strategy = options.strategy;
    this.cache = options.cache;
    this.prefix = options.prefix;
  }

  get groupResource(): GroupResource {
    return { group: this.definition.group, resource: this.definition.resource };
  }

  key(namespace: string, name: string): string {
    return this.definition.namespaced ? `${this.prefix}${namespace}/${name}` : this.prefix + name;
  }

  /** Rejects with 404. */
  get(namespace: string, name: string): CachedObject {
    const found = this.cache.get(this.key(namespace, name));
    if (!found) throw notFound(this.groupResource, name);
    return found;
  }

  find(namespace: string, name: string): CachedObject | undefined {
    return this.cache.get(this.key(namespace, name));
  }

  /** Stores a new object. It is the caller's own copy and is changed. */
  async create(object: AnyObject, context: WriteContext, check: AdmissionCheck): Promise<AnyObject> {
    const { clock, random } = this.#o;
    const strategyContext = this.#context(context);
    fillSystemFields(object, clock, random);
    // Before the rules are asked, as upstream does it: they judge what was allocated too.
    const transaction = await this.strategy.begin?.(object, undefined, strategyContext);
    let stored: AnyObject;
    try {
      stored = await this.#prepareAndCreate(object, context, strategyContext, check);
    } catch (error) {
      await transaction?.rollback();
      throw error;
    }
    await (context.dryRun ? transaction?.rollback() : transaction?.commit?.());
    return stored;
  }

  async #prepareAndCreate(
    object: AnyObject,
    context: WriteContext,
    strategyContext: StrategyContext,
    check: AdmissionCheck,
  ): Promise<AnyObject> {
    this.strategy.prepareForCreate?.(object, strategyContext);
    const { name, namespace } = object.metadata;
    this.#refuse(name || object.metadata.generateName || '', [
      ...validateObjectMeta(object, this.definition.namespaced, this.strategy.validateName, this.definition.schemaId !== ''),
      ...((await this.strategy.validate?.(object, strategyContext)) ?? []),
    ]);
    await check(object, undefined);
    if (context.dryRun && this.find(namespace, name)) throw alreadyExists(this.groupResource, name);
    const stored = await this.#write(object, context, (key, bytes, attachment) => this.#o.storage.create(key, bytes, { attachment }));
    if (!stored)
      throw this.find(namespace, name)?.object.metadata.deletionTimestamp
        ? beingDeleted(this.groupResource, name)
        : alreadyExists(this.groupResource, name);
    return stored;
  }

  /** Reads, changes and stores, again and again while others win the race, unless the client insisted on a resourceVersion. */
  async update(request: UpdateRequest): Promise<Written> {
    for (let attempt = 0; ; attempt++) {
      const current = this.find(request.namespace, request.name);
      if (!current && !request.allowCreate) throw notFound(this.groupResource, request.name);
      const object = await request.change(current?.object as AnyObject | undefined);
      if (!current)
        return { object: await this.create(withoutRevision(object), request, request.checkCreate ?? request.check), created: true };
      const insists = this.#checkPreconditions(object, current, request.toCurrent === true);
      const written = await this.#tryUpdate(object, current, request);
      if (written) return { object: written, created: false };
      if (insists || attempt >= MAX_RETRIES) throw conflict(this.groupResource, request.name, OPTIMISTIC_LOCK_MESSAGE);
    }
  }

  async #tryUpdate(object: AnyObject, current: CachedObject, request: UpdateRequest): Promise<AnyObject | undefined> {
    const old = current.object as AnyObject;
    const context = this.#context(request);
    carrySystemFields(object, old);
    const isMain = request.override === undefined && (request.part === undefined || request.part === 'main');
    const transaction = isMain ? await this.strategy.begin?.(object, old, context) : undefined;
    let written: { object: AnyObject; stored: boolean } | undefined;
    try {
      written = await this.#prepareAndUpdate(object, current, request, context);
    } catch (error) {
      await transaction?.rollback();
      throw error;
    }
    await (written?.stored && !request.dryRun ? transaction?.commit?.() : transaction?.rollback());
    return written?.object;
  }

  /** Undefined when another write was first; `stored` tells whether the new object was written. */
  async #prepareAndUpdate(
    object: AnyObject,
    current: CachedObject,
    request: UpdateRequest,
    context: StrategyContext,
  ): Promise<{ object: AnyObject; stored: boolean } | undefined> {
    const old = current.object as AnyObject;
    const rules =
      request.override ?? (request.part === 'status' ? (this.strategy.status ?? {}) : request.part === 'raw' ? {} : this.strategy);
    rules.prepareForUpdate?.(object, old, context);
    this.#refuse(request.name, [
      ...validateObjectMetaUpdate(object, old, this.definition.schemaId !== ''),
      ...((await rules.validateUpdate?.(object, old, context)) ?? []),
    ]);
    await request.check(object, old);
    if (isGoneAfterUpdate(object, old, this.strategy)) {
      const removed = await this.#finishDeletion(object, current, request);
      return removed && { object: removed, stored: false };
    }
    if (sameContent(object, old)) return { object: old, stored: false };
    const stored = await this.#write(object, request, (key, bytes, attachment) =>
      this.#o.storage.update(key, bytes, current.revision, { attachment }),
    );
    return stored && { object: stored, stored: true };
  }

  /** What is left (object marked as deleting) or what was there. `gone` tells whether the key is removed. */
  async delete(request: DeleteRequest): Promise<{ object: AnyObject; gone: boolean }> {
    for (let attempt = 0; ; attempt++) {
      const current = this.get(request.namespace, request.name);
      const old = current.object as AnyObject;
      const context = this.#context(request);
      this.#checkDeletePreconditions(request, old);
      this.strategy.beforeDelete?.(old, context);
      await request.check(undefined, old);
      const plan = planDeletion(old, request.options, this.strategy, this.#o.clock.now());
      if (plan.action === 'none') return { object: old, gone: false };
      const done =
        plan.action === 'mark' ? await this.#mark(plan.object, current, request) : await this.#remove(plan.object, current, request);
      if (done) return { object: done, gone: plan.action === 'remove' };
      if (attempt >= MAX_RETRIES) throw conflict(this.groupResource, request.name, OPTIMISTIC_LOCK_MESSAGE);
    }
  }

  async #mark(object: AnyObject, current: CachedObject, request: WriteContext): Promise<AnyObject | undefined> {
    return this.#write(object, request, (key, bytes, attachment) => this.#o.storage.update(key, bytes, current.revision, { attachment }));
  }

  async #remove(object: AnyObject, current: CachedObject, request: WriteContext): Promise<AnyObject | undefined> {
    if (request.dryRun) return object;
    const result = await this.#o.storage.delete(current.key, current.revision);
    if (!result.ok) return this.#lost(result);
    await this.strategy.afterDelete?.(object, this.#context(request));
    return withRevision(object, result.revision);
  }

  async #finishDeletion(object: AnyObject, current: CachedObject, request: WriteContext): Promise<AnyObject | undefined> {
    return this.#remove(object, current, request);
  }

  /** Writes and gives back the object as stored; undefined when another write was first. */
  async #write(
    object: AnyObject,
    context: WriteContext,
    put: (key: string, bytes: Buffer, attachment: AnyObject) => Promise<WriteResult>,
  ): Promise<AnyObject | undefined> {
    const key = this.key(object.metadata.namespace, object.metadata.name);
    if (context.dryRun) return object;
    try {
      const result = await put(key, encodeForStorage(object), object);
      return result.ok
        ? (((this.cache.get(key)?.revision === result.revision ? this.cache.get(key)?.object : undefined) as AnyObject | undefined) ??
            withRevision(object, result.revision))
        : this.#lost(result);
    } catch (error) {
      if (error instanceof ValueTooLargeError) throw requestEntityTooLarge('limit is 1572864');
      throw error;
    }
  }

  /** Somebody else changed the key first: wait until the cache has seen it, so that the next try starts from there. */
  async #lost(result: WriteResult): Promise<undefined> {
    if (!result.ok && result.current) await this.cache.waitFor(result.current.modRevision);
    return undefined;
  }

  /** True when the client named the revision it wants to replace. */
  #checkPreconditions(object: AnyObject, current: CachedObject, toCurrent: boolean): boolean {
    const { resourceVersion, uid, name } = object.metadata;
    if (uid && uid !== current.object.metadata.uid) {
      throw conflict(
        this.groupResource,
        name,
        `Precondition failed: UID in precondition: ${uid}, UID in object meta: ${current.object.metadata.uid}`,
      );
    }
    if (resourceVersion === undefined || resourceVersion === '' || resourceVersion === '0') {
      if (this.strategy.allowUnconditionalUpdate === false && !toCurrent) throw mustBeSpecified(this.definition, name);
      return false;
    }
    if (resourceVersion !== String(current.revision)) throw conflict(this.groupResource, name, OPTIMISTIC_LOCK_MESSAGE);
    return true;
  }

  #checkDeletePreconditions(request: DeleteRequest, old: AnyObject): void {
    const { uid, resourceVersion } = request.options.preconditions ?? {};
    const fail = (what: string, wanted: string, is: string) => {
      throw conflict(
        this.groupResource,
        request.name,
        `Precondition failed: ${what} in precondition: ${wanted}, ${what} in object meta: ${is}`,
      );
    };
    if (uid !== undefined && uid !== old.metadata.uid) fail('UID', uid, old.metadata.uid);
    if (resourceVersion !== undefined && resourceVersion !== old.metadata.resourceVersion)
      fail('ResourceVersion', resourceVersion, old.metadata.resourceVersion);
  }

  #refuse(name: string, errors: FieldError[]): void {
    if (errors.length > 0) throw toInvalid({ group: this.definition.group, kind: this.definition.kind }, name, errors);
  }

  #context(context: WriteContext): StrategyContext {
    const { user, dryRun, group = this.definition.group } = context;
    return { user, dryRun, group, registry: this.#o.registry, nowMs: this.#o.clock.now() };
  }
}

function withoutRevision(object: AnyObject): AnyObject {
  const { resourceVersion: _revision, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as AnyObject['metadata'] };
}

function withRevision(object: AnyObject, revision: number): AnyObject {
  return { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
}

/** An update that takes the last finalizer of an object marked for deletion removes it. */
function isGoneAfterUpdate(object: AnyObject, old: AnyObject, strategy: Strategy): boolean {
  const { deletionTimestamp, deletionGracePeriodSeconds } = object.metadata;
  const held = (o: AnyObject) => (o.metadata.finalizers?.length ?? 0) > 0 || (strategy.holds?.until(o) ?? false);
  return deletionTimestamp !== undefined && (deletionGracePeriodSeconds ?? 0) === 0 && held(old) && !held(object);
}

/** The order of fields does not count: decoding and defaulting may have changed it. */
function sameContent(object: AnyObject, old: AnyObject): boolean {
  const content = ({ metadata, ...rest }: AnyObject) => ({ ...rest, metadata: { ...metadata, resourceVersion: undefined } });
  return sameJson(content(object), content(old));
}

function beingDeleted(gr: GroupResource, name: string) {
  const error = alreadyExists(gr, name);
  error.status.message = `object is being deleted: ${error.status.message}`;
  return error;
}

function mustBeSpecified(definition: ResourceDefinition, name: string) {
  return toInvalid({ group: definition.group, kind: definition.kind }, name, [
    invalid(fieldPath('metadata', 'resourceVersion'), 0, 'must be specified for an update'),
  ]);
}
