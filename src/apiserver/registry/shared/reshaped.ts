import type { AnyObject } from '../../../api/object.ts';
import { decodeObject } from '../../../machinery/decode/decode-object.ts';

/** A converted object in the form of its new type: fields in order, empty structs where Go would print them. `typeId` is a schema id. */
export function reshaped(typeId: string, apiVersion: string, object: AnyObject): AnyObject {
  return decodeObject(typeId, { ...object, apiVersion }).object as AnyObject;
}
