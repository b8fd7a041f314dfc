import type { AnyObject } from '../../api/object.ts';

export interface DraftMeta {
  readonly name: string;
  readonly namespace?: string;
  readonly labels?: Readonly<Record<string, string>>;
  readonly annotations?: Readonly<Record<string, string>>;
}

/** An object that is about to be created: the server fills in the rest of its metadata. */
export function draft(apiVersion: string, kind: string, metadata: DraftMeta, fields: Readonly<Record<string, unknown>> = {}): AnyObject {
  return { apiVersion, kind, metadata: { ...metadata } as unknown as AnyObject['metadata'], ...fields };
}
