/**
 * Protocol buffer messages described as data, from which both the TypeScript types and the bytes follow. A field is `[number, kind]`;
 * numbers and names are those of k8s.io/cri-api runtime/v1 (and of the small plugin APIs that share this codec).
 */
export interface ScalarTypes {
  string: string;
  bytes: Uint8Array;
  bool: boolean;
  int32: number;
  /** As a number: nanosecond timestamps lose at most 256 ns, everything else is exact below 2^53. */
  int64: number;
  uint32: number;
  uint64: number;
  double: number;
}
export type Scalar = keyof ScalarTypes;

export interface Repeated<K extends Scalar | Message = Scalar | Message> {
  readonly repeated: K;
}
/** Keys are always strings in CRI. */
export interface MapOf<K extends Scalar = Scalar> {
  readonly map: K;
}
export type FieldKind = Scalar | Message | Repeated | MapOf;

export interface Fields {
  readonly [name: string]: readonly [number, FieldKind];
}

export interface Message<F extends Fields = Fields> {
  readonly fields: F;
}

type DecodedKind<K> = K extends Scalar
  ? ScalarTypes[K]
  : K extends Repeated<infer E>
    ? readonly DecodedElement<E>[]
    : K extends MapOf<infer E>
      ? Readonly<Record<string, ScalarTypes[E]>>
      : never;
type DecodedElement<K> = K extends Scalar ? ScalarTypes[K] : K extends Message ? Decoded<K> : never;

/** What decoding gives: absent scalars are zero values, absent lists and maps are empty, absent messages are undefined. */
export type Decoded<M> =
  M extends Message<infer F>
    ? {
        readonly [N in keyof F as F[N][1] extends Message ? never : N]: DecodedKind<F[N][1]>;
      } & {
        readonly [N in keyof F as F[N][1] extends Message ? N : never]?: Decoded<F[N][1]> | undefined;
      }
    : never;

type EncodableKind<K> = K extends Scalar
  ? ScalarTypes[K]
  : K extends Repeated<infer E>
    ? readonly EncodableElement<E>[]
    : K extends MapOf<infer E>
      ? Readonly<Record<string, ScalarTypes[E]>>
      : K extends Message
        ? Encodable<K>
        : never;
type EncodableElement<K> = K extends Scalar ? ScalarTypes[K] : K extends Message ? Encodable<K> : never;

/** What encoding takes: every field may be left out. */
export type Encodable<M> = M extends Message<infer F> ? { readonly [N in keyof F]?: EncodableKind<F[N][1]> | undefined } : never;

export function message<const F extends Fields>(fields: F): Message<F> {
  return { fields };
}

export function repeated<const K extends Scalar | Message>(kind: K): Repeated<K> {
  return { repeated: kind };
}

export const stringMap: MapOf<'string'> = { map: 'string' };
