/** The forms that one object is served in, for plugins that show objects to others. */
import type { AnyObject, GroupVersionKind, GroupVersionResource } from '../../api/object.ts';

export interface ServedForm {
  readonly resource: GroupVersionResource;
  /** Kind of the resource, or of the subresource asked about. */
  readonly kind: GroupVersionKind;
}

export interface ObjectForms {
  /** Every group and version that serves the same objects, the asked one among them, in the order of their appearance. */
  equivalents(resource: GroupVersionResource, subresource: string): readonly ServedForm[];
  /** The object in another form; itself when it has that form already. Never changes it. */
  convert(object: AnyObject, to: GroupVersionKind): Promise<AnyObject>;
  /** Reads an object that somebody else made: types checked, unknown fields dropped, defaults filled in. Throws StatusError. */
  read(value: unknown, kind: GroupVersionKind): AnyObject;
}
