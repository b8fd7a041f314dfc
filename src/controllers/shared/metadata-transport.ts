import type { Transport } from '../../client/transport.ts';
import { METADATA_ACCEPT, METADATA_LIST_ACCEPT } from './metadata-headers.ts';

/** A transport for informers that need metadata only: lists and watches ask for PartialObjectMetadata. */
export function metadataTransport(inner: Transport): Transport {
  return {
    request: (r) => inner.request({ ...r, headers: { ...r.headers, accept: METADATA_LIST_ACCEPT } }),
    watch: (r) => inner.watch({ ...r, headers: { ...r.headers, accept: METADATA_ACCEPT } }),
    stream: (r) => inner.stream(r),
    close: () => inner.close(),
  };
}
