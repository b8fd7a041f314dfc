import { errorMessage } from '../../base/log.ts';

const UNTRUSTED = 'tls: failed to verify certificate: x509: certificate signed by unknown authority';

const MESSAGES: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT: UNTRUSTED,
  SELF_SIGNED_CERT_IN_CHAIN: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT: UNTRUSTED,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNTRUSTED,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: UNTRUSTED,
  CERT_HAS_EXPIRED: 'tls: failed to verify certificate: x509: certificate has expired or is not yet valid',
  ECONNRESET: 'EOF',
};

interface SystemError {
  readonly code?: string;
  readonly address?: string;
  readonly port?: number;
  readonly hostname?: string;
}

/** Why a connection failed, in the words that administrators search for (Go's). */
export function connectionMessage(error: unknown): string {
  const { code, address, port, hostname } = error as SystemError;
  const at = `${address?.includes(':') ? `[${address}]` : address}:${port}`;
  switch (code) {
    case 'ECONNREFUSED':
      return `dial tcp ${at}: connect: connection refused`;
    case 'EHOSTUNREACH':
      return `dial tcp ${at}: connect: no route to host`;
    case 'ENOTFOUND':
      return `dial tcp: lookup ${hostname}: no such host`;
    default:
      return (code !== undefined ? MESSAGES[code] : undefined) ?? errorMessage(error);
  }
}
