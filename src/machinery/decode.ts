/** JSON values into API objects; see decode/decode-object.ts. */
export {
  DecodeError,
  decodeObject,
  interpretTypeMeta,
  strictDecodingError,
  strictErrors,
  type DecodeOptions,
  type DecodeResult,
} from './decode/decode-object.ts';
