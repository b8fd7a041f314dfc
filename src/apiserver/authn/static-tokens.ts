import { createHash } from 'node:crypto';
import type { UserInfo } from '../request.ts';
import { impliedAudiences } from './audiences.ts';
import type { AuthenticatedUser, TokenAuthenticator } from './authenticator.ts';

/** Tokens known beforehand: a file (`--token-auth-file`), or the server's own for its loopback clients. */
export class StaticTokenAuthenticator implements TokenAuthenticator {
  readonly name = 'token-file';
  // Keyed by digest: looking one up takes the same time whatever of the token is right.
  readonly #users = new Map<string, UserInfo>();
  readonly #apiAudiences: readonly string[];

  constructor(tokens: ReadonlyMap<string, UserInfo>, apiAudiences: readonly string[]) {
    for (const [token, user] of tokens) this.#users.set(digest(token), user);
    this.#apiAudiences = apiAudiences;
  }

  async authenticateToken(token: string, audiences: readonly string[]): Promise<AuthenticatedUser | undefined> {
    const good = impliedAudiences(audiences, this.#apiAudiences);
    const user = good && this.#users.get(digest(token));
    return user && { user, audiences: good };
  }
}

/** Lines `token,user,uid[,"group,group"]`. Throws when a line has too few columns. `fileName` is for the message. */
export function parseTokenFile(text: string, fileName: string): Map<string, UserInfo> {
  const users = new Map<string, UserInfo>();
  for (const line of text.split(/\r?\n/)) {
    if (line === '') continue;
    const columns = splitCsv(line);
    const [token = '', name = '', uid = '', groups] = columns;
    if (columns.length < 3) {
      throw new Error(`token file '${fileName}' must have at least 3 columns (token, user name, user uid), found ${columns.length}`);
    }
    if (token !== '') users.set(token, { name, uid, groups: groups === undefined ? [] : groups.split(',') });
  }
  return users;
}

/** One line of comma-separated values (RFC 4180); quoted ones may hold commas, and doubled quotes. */
function splitCsv(line: string): string[] {
  const pattern = /("(?:[^"]|"")*"|[^,]*)(,|$)/y;
  const out: string[] = [];
  for (let match = pattern.exec(line); match; match = pattern.exec(line)) {
    const [, value = '', separator] = match;
    out.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (separator === '') break;
  }
  return out;
}

function digest(token: string): string {
  return createHash('sha256').update(token).digest('base64');
}
