import { childrenOf, readDer, SEQUENCE } from './read-der.ts';
import { readName, type NameAttribute } from './distinguished-name.ts';

/** The subject of a PKCS #10 request (RFC 2986) in PEM. Throws when it is none. */
export function certificateRequestSubject(pem: string): readonly NameAttribute[] {
  const body = /-----BEGIN (?:NEW )?CERTIFICATE REQUEST-----([A-Za-z0-9+/=\s]+)-----END (?:NEW )?CERTIFICATE REQUEST-----/.exec(pem)?.[1];
  if (body === undefined) throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const [info] = childrenOf(readDer(Buffer.from(body, 'base64')), SEQUENCE);
  return readName(childrenOf(info, SEQUENCE)[1]);
}
