/**
 * What a resource decides for itself (k8s.io/apiserver/pkg/registry/rest: create, update, delete strategies). Everything is optional: a
 * resource without a strategy is stored as sent, after decoding. Each built-in strategy lives in `<group>/<resource>/strategy.ts`.
 *
 * Objects passed in are the request's own copies and may be changed by `default`, `prepareForCreate` and `prepareForUpdate` only.
 */
import type { AnyObject } from '../../api/object.ts';
import type { FieldError } from '../../machinery/field.ts';
import type { UserInfo } from '../request.ts';
import type { RegistryReader } from './reader.ts';

export interface StrategyContext {
  readonly user: UserInfo;
  readonly registry: RegistryReader;
  readonly nowMs: number;
  readonly dryRun: boolean;
  /** The API group that the request named. */
  readonly group: string;
  /** True while the object is created through an update or patch of something that did not exist. */
  readonly createOnUpdate?: boolean;
}

/** Undoes or completes a step that reaches beyond the object: allocating addresses, ports. */
export interface Transaction {
  commit?(): void | Promise<void>;
  rollback(): void | Promise<void>;
}

export interface Strategy {
  /** Fills in the defaults of the served version. Runs after every decode and again on objects read from storage of older servers. */
  default?(object: AnyObject): void;
  prepareForCreate?(object: AnyObject, context: StrategyContext): void;
  prepareForUpdate?(object: AnyObject, old: AnyObject, context: StrategyContext): void;
  validate?(object: AnyObject, context: StrategyContext): FieldError[] | Promise<FieldError[]>;
  validateUpdate?(object: AnyObject, old: AnyObject, context: StrategyContext): FieldError[] | Promise<FieldError[]>;
  warnings?(object: AnyObject, old: AnyObject | undefined): string[];
  /** Takes what the object needs from pools, before it is prepared and validated; may change the object. */
  begin?(object: AnyObject, old: AnyObject | undefined, context: StrategyContext): Promise<Transaction | undefined>;
  /** After an object is gone for good: release addresses and ports. */
  afterDelete?(object: AnyObject, context: StrategyContext): void | Promise<void>;
  /** PUT of a name that does not exist creates it. */
  readonly allowCreateOnUpdate?: boolean;
  /** Updates without a resourceVersion are taken; true when left out. */
  readonly allowUnconditionalUpdate?: boolean;
  /** How the name is checked on creation; DNS subdomain when left out. */
  validateName?(name: string, prefix: boolean): string[];
  /** Seconds of grace for a deletion; undefined: deleted at once. `requested` is the client's wish. */
  gracePeriodSeconds?(object: AnyObject, requested: number | undefined): number | undefined;
  /** What happens to dependents when the client does not say; background when left out. */
  readonly defaultPropagation?: 'Orphan' | 'Background';
  /** Additional reasons to refuse a deletion. */
  beforeDelete?(object: AnyObject, context: StrategyContext): void;
  /** Finalizers outside metadata (namespaces) that keep a deleted object; `deleting` is what it looks like meanwhile. */
  readonly holds?: { until(object: AnyObject): boolean; deleting(object: AnyObject): AnyObject };
  /** Fields for field selectors besides metadata.name and metadata.namespace. */
  selectableFields?(object: AnyObject): Record<string, string>;
  /** Names of the selectable fields: others are refused. */
  readonly selectableFieldNames?: readonly string[];
  readonly status?: StatusStrategy;
  /** Rules of other object-shaped subresources (approval, finalize, ephemeralcontainers, resize), in place of the update rules. */
  readonly subresources?: Readonly<Record<string, Pick<Strategy, 'prepareForUpdate' | 'validateUpdate'>>>;
}

/** Rules of `/status`: by default only status (and metadata's managed fields) may change. */
export interface StatusStrategy {
  prepareForUpdate?(object: AnyObject, old: AnyObject, context: StrategyContext): void;
  validateUpdate?(object: AnyObject, old: AnyObject, context: StrategyContext): FieldError[] | Promise<FieldError[]>;
  warnings?(object: AnyObject, old: AnyObject | undefined): string[];
}

/** Table columns of a kind: cells for kubectl get (k8s.io/kubernetes/pkg/printers/internalversion). */
export interface ColumnDefinition {
  readonly name: string;
  readonly type: string;
  readonly format: string;
  readonly priority: number;
  readonly description: string;
}

export interface TableConverter {
  readonly columns: readonly ColumnDefinition[];
  /** One row's cells, in the order of the columns. */
  cells(object: AnyObject, nowMs: number): unknown[];
  /** Marks of a row (pods that are over). */
  conditions?(object: AnyObject): TableRowCondition[];
  /** Order of a list's rows; the list's own when left out. */
  compare?(a: AnyObject, b: AnyObject): number;
}

export interface TableRowCondition {
  readonly type: string;
  readonly status: string;
  readonly reason: string;
  readonly message: string;
}
