import { createHash } from 'node:crypto';
import type { Clock } from '../../../base/clock.ts';
import type { Certificate } from '../../../wire/der/certificate.ts';
import { commonName, namesOf, ORGANIZATION } from '../../../wire/der/distinguished-name.ts';
import type { ApiRequest } from '../../request.ts';
import type { AuthenticatedUser, Authenticator } from '../authenticator.ts';
import { CREDENTIAL_ID } from '../user-extra.ts';
import type { CaPool } from './ca-pool.ts';
import { VerifiedCertificates } from './verified-certificates.ts';

/** Attribute of a subject that carries the user's UID. */
const USER_UID = '1.3.6.1.4.1.57683.2';

/** Client certificates: common name is the user, organisations are the groups (https://kubernetes.io/docs/reference/access-authn-authz/authentication/#x509-client-certificates). */
export class X509Authenticator implements Authenticator {
  readonly name = 'x509';
  readonly #verified: VerifiedCertificates;
  readonly #users = new WeakMap<Certificate, AuthenticatedUser>();

  constructor(pool: CaPool, clock: Clock) {
    this.#verified = new VerifiedCertificates(pool, clock);
  }

  async authenticateRequest(request: ApiRequest): Promise<AuthenticatedUser | undefined> {
    if (!request.clientCertificates?.length) return undefined;
    const leaf = this.#verified.leaf(request.clientCertificates);
    const known = this.#users.get(leaf);
    if (known) return known;
    const user = userOf(leaf);
    if (user) this.#users.set(leaf, user);
    return user;
  }
}

/** undefined when the certificate names nobody. Throws when it carries a UID that is none. */
function userOf(leaf: Certificate): AuthenticatedUser | undefined {
  const name = commonName(leaf.subject);
  if (name === '') return undefined;
  const uids = leaf.subject.filter((a) => a.oid === USER_UID);
  if (uids.length > 1) throw new Error(`expected 1 UID, but found multiple: [${uids.map((a) => a.text).join(' ')}]`);
  const uid = uids[0];
  if (uid && uid.text === undefined) throw new Error('unable to parse UID into a string');
  if (uid?.text === '') throw new Error('UID cannot be an empty string');
  const fingerprint = createHash('sha256').update(leaf.raw).digest('hex');
  return {
    user: {
      name,
      ...(uid?.text && { uid: uid.text }),
      groups: namesOf(leaf.subject, ORGANIZATION),
      extra: { [CREDENTIAL_ID]: [`X509SHA256=${fingerprint}`] },
    },
  };
}
