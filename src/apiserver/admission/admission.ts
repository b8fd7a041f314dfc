/** Contract of admission plugins (k8s.io/apiserver/pkg/admission). One plugin a file beside this one. */
import type { AnyObject } from '../../api/object.ts';
import type { UserInfo } from '../request.ts';

export type AdmissionOperation = 'CREATE' | 'UPDATE' | 'DELETE' | 'CONNECT';

export interface AdmissionAttributes {
  readonly operation: AdmissionOperation;
  readonly kind: { readonly group: string; readonly version: string; readonly kind: string };
  readonly resource: { readonly group: string; readonly version: string; readonly resource: string };
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
  /** The new object; mutating plugins change it in place (it is this request's own copy). Undefined for DELETE. For CONNECT the options. */
  object: AnyObject | undefined;
  /** The stored object, for UPDATE and DELETE. Never changed. */
  readonly oldObject: AnyObject | undefined;
  /** CreateOptions, UpdateOptions, PatchOptions, DeleteOptions as JSON. */
  readonly options: Readonly<Record<string, unknown>>;
  readonly dryRun: boolean;
  readonly user: UserInfo;
  readonly warnings: Set<string>;
  readonly auditAnnotations: Map<string, string>;
  /** Set while the changing plugins run: whoever changes what others saw already asks for a second round. */
  reinvocation?: Reinvocation;
}

export interface Reinvocation {
  needed: boolean;
  /** True in the second round. */
  running: boolean;
}

export interface AdmissionPlugin {
  /** Upstream's name, e.g. `NamespaceLifecycle`. */
  readonly name: string;
  handles(operation: AdmissionOperation): boolean;
  /** May change attributes.object. Rejects with StatusError to refuse. */
  admit?(attributes: AdmissionAttributes): Promise<void>;
  /** Must not change anything. */
  validate?(attributes: AdmissionAttributes): Promise<void>;
}
