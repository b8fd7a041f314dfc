import { childrenOf, readOid, readText, SEQUENCE, SET, type DerValue } from './read-der.ts';

export interface NameAttribute {
  /** `2.5.4.3` is the common name. */
  readonly oid: string;
  /** undefined when the value is no string. */
  readonly text: string | undefined;
}

export const COMMON_NAME = '2.5.4.3';
export const ORGANIZATION = '2.5.4.10';

/** The attributes of an X.501 name, in order. */
export function readName(value: DerValue | undefined): NameAttribute[] {
  return childrenOf(value, SEQUENCE).flatMap((set) =>
    childrenOf(set, SET).map((pair) => {
      const [type, text] = childrenOf(pair, SEQUENCE);
      return { oid: readOid(type), text: text && readText(text) };
    }),
  );
}

/** The common name as Go reads it: the last one wins; '' when there is none. */
export function commonName(name: readonly NameAttribute[]): string {
  return name.findLast((a) => a.oid === COMMON_NAME)?.text ?? '';
}

/** All values of an attribute. */
export function namesOf(name: readonly NameAttribute[], oid: string): string[] {
  return name.flatMap((a) => (a.oid === oid && a.text !== undefined ? [a.text] : []));
}
