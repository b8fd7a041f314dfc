import { headerValue, headerValues } from '../header-values.ts';
import type { ApiRequest } from '../request.ts';
import type { AuthenticatedUser, Authenticator, TokenAuthenticator } from './authenticator.ts';

export const WEBSOCKET_BEARER_PREFIX = 'base64url.bearer.authorization.k8s.io.';

/** Takes the token of an `Authorization: Bearer` header, or of a websocket's subprotocols (browsers cannot set headers), to the token authenticators. */
export class BearerTokenAuthenticator implements Authenticator {
  readonly name = 'bearer';
  readonly #tokens: TokenAuthenticator;
  readonly #apiAudiences: readonly string[];

  constructor(tokens: TokenAuthenticator, apiAudiences: readonly string[]) {
    this.#tokens = tokens;
    this.#apiAudiences = apiAudiences;
  }

  async authenticateRequest(request: ApiRequest): Promise<AuthenticatedUser | undefined> {
    const token = tokenOfHeader(request) ?? tokenOfWebSocket(request);
    if (token === undefined) return undefined;
    const user = await this.#tokens.authenticateToken(token, this.#apiAudiences);
    if (!user) throw new Error('invalid bearer token');
    return user;
  }
}

function tokenOfHeader({ headers }: ApiRequest): string | undefined {
  const [scheme = '', token = ''] = headerValue(headers, 'authorization').trim().split(' ', 3);
  return scheme.toLowerCase() === 'bearer' && token !== '' ? token : undefined;
}

/** Throws when the token is there but not as it should be. */
function tokenOfWebSocket({ headers }: ApiRequest): string | undefined {
  if (headerValue(headers, 'upgrade').toLowerCase() !== 'websocket' || !/(^|\s|,)upgrade($|\s|,)/i.test(headerValue(headers, 'connection')))
    return undefined;
  const protocols = headerValues(headers, 'sec-websocket-protocol').flatMap((line) => line.split(',').map((p) => p.trim()));
  const encoded = protocols.filter((p) => p.startsWith(WEBSOCKET_BEARER_PREFIX)).map((p) => p.slice(WEBSOCKET_BEARER_PREFIX.length));
  if (encoded.length > 1) throw new Error('multiple base64.bearer.authorization tokens specified');
  const [text] = encoded;
  if (text === undefined) return undefined;
  if (!/^[A-Za-z0-9_-]*$/.test(text)) throw new Error('invalid base64.bearer.authorization token encoding');
  const bytes = Buffer.from(text, 'base64url');
  const token = bytes.toString('utf8');
  if (!Buffer.from(token, 'utf8').equals(bytes)) throw new Error('invalid base64.bearer.authorization token');
  if (token === '') return undefined;
  // The answer names one of the client's protocols, and that must not be the token.
  if (protocols.length === 1) throw new Error('missing additional subprotocol');
  return token;
}
