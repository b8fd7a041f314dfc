/** From the claims of a verified token to a user (k8s.io/apiserver/plugin/pkg/authenticator/token/oidc). */
import { errorMessage } from '../../../base/log.ts';
import type { Program } from '../../../machinery/cel/compile.ts';
import type { UserInfo } from '../../request.ts';
import { CREDENTIAL_ID } from '../user-extra.ts';
import type { ClaimSource, JwtConfig, PrefixedClaim } from './configuration.ts';
import { claimProgram, userProgram } from './programs.ts';

export type TokenClaims = Readonly<Record<string, unknown>>;

interface Rule {
  readonly program: Program;
  readonly expression: string;
  readonly message: string;
}

/** Gives the reader of one issuer's claims: it throws an Error when they make no user. Throws CelCompileError. */
export function userReader({
  claimMappings,
  claimValidationRules = [],
  userValidationRules = [],
}: JwtConfig): (claims: TokenClaims) => UserInfo {
  const { username, groups = {}, uid = {}, extra = [] } = claimMappings;
  const programs = {
    username: compiled(username),
    groups: compiled(groups),
    uid: compiled(uid),
    extra: extra.map(({ key, valueExpression }) => ({ key, valueExpression, program: claimProgram(valueExpression) })),
  };
  const rules = claimValidationRules.flatMap((r) => (r.expression ? [rule(claimProgram, r.expression, r.message)] : []));
  const userRules = userValidationRules.map((r) => rule(userProgram, r.expression, r.message));
  return (claims) => {
    const name = userName(username, programs.username, claims);
    const found = groupsOf(groups, programs.groups, claims);
    const id = uidOf(uid, programs.uid, claims);
    const values = new Map<string, readonly string[]>(credentialId(claims));
    for (const { key, valueExpression, program } of programs.extra) {
      const list = stringList(evaluate(program, { claims }, 'extra'), `extra claim expression: ${valueExpression}`);
      if (list.length > 0) values.set(key, list);
    }
    for (const r of claimValidationRules) if (r.claim) requireClaim(claims, r.claim, r.requiredValue ?? '');
    const user: UserInfo = {
      name,
      ...(id !== '' && { uid: id }),
      groups: found,
      ...(values.size > 0 && { extra: Object.fromEntries(values) }),
    };
    for (const r of rules) requireTrue(r, { claims }, 'claim validation expression');
    for (const r of userRules)
      requireTrue(r, { user: { username: name, uid: id, groups: found, extra: user.extra ?? {} } }, 'user info validation rule');
    return user;
  };
}

function rule(compile: (expression: string) => Program, expression: string, message = ''): Rule {
  return { program: compile(expression), expression, message };
}

function compiled({ expression }: ClaimSource): Program | undefined {
  return expression ? claimProgram(expression) : undefined;
}

function userName({ claim = '', prefix = '' }: PrefixedClaim, program: Program | undefined, claims: TokenClaims): string {
  if (program) {
    const name = evaluate(program, { claims }, 'username');
    if (typeof name !== 'string')
      throw new Error('oidc: error evaluating username claim expression: username claim expression must return a string');
    if (name === '') throw new Error('oidc: empty username via CEL expression is not allowed');
    return name;
  }
  const name = text(claims, claim, `oidc: parse username claims "${claim}"`);
  // An address that nobody checked may be anybody's.
  if (claim === 'email' && Object.hasOwn(claims, 'email_verified') && claims['email_verified'] !== true)
    throw new Error('oidc: email not verified');
  return prefix + name;
}

function groupsOf({ claim = '', prefix = '' }: PrefixedClaim, program: Program | undefined, claims: TokenClaims): readonly string[] {
  if (claim !== '' && Object.hasOwn(claims, claim)) {
    const value = claims[claim];
    const list = typeof value === 'string' ? [value] : value;
    if (!Array.isArray(list) || !list.every((group) => typeof group === 'string'))
      throw new Error(`oidc: parse groups claim "${claim}": not a list of strings`);
    return list.map((group) => prefix + group);
  }
  return program ? stringList(evaluate(program, { claims }, 'group'), 'group claim expression') : [];
}

function uidOf({ claim = '' }: ClaimSource, program: Program | undefined, claims: TokenClaims): string {
  if (claim !== '') return text(claims, claim, `oidc: parse uid claim "${claim}"`);
  const uid = program ? evaluate(program, { claims }, 'uid') : '';
  if (typeof uid !== 'string') throw new Error('oidc: error evaluating uid claim expression: uid claim expression must return a string');
  return uid;
}

function credentialId({ jti }: TokenClaims): [string, readonly string[]][] {
  return typeof jti === 'string' && jti !== '' ? [[CREDENTIAL_ID, [`JTI=${jti}`]]] : [];
}

function requireClaim(claims: TokenClaims, claim: string, wanted: string): void {
  if (!Object.hasOwn(claims, claim)) throw new Error(`oidc: required claim ${claim} not present in ID token`);
  const value = text(claims, claim, `oidc: parse claim ${claim}`);
  if (value !== wanted) throw new Error(`oidc: required claim ${claim} value does not match. Got = ${value}, want = ${wanted}`);
}

function text(claims: TokenClaims, claim: string, what: string): string {
  const value = Object.hasOwn(claims, claim) ? claims[claim] : undefined;
  if (value === undefined) throw new Error(`${what}: claim not present`);
  if (typeof value !== 'string') throw new Error(`${what}: not a string`);
  return value;
}

function evaluate(program: Program, bindings: Readonly<Record<string, unknown>>, what: string): unknown {
  try {
    return program.run(bindings);
  } catch (error) {
    throw new Error(`oidc: error evaluating ${what} claim expression: ${errorMessage(error)}`, { cause: error });
  }
}

function requireTrue({ program, expression, message }: Rule, bindings: Readonly<Record<string, unknown>>, what: string): void {
  let result: unknown;
  try {
    result = program.run(bindings);
  } catch (error) {
    throw new Error(`oidc: error evaluating ${what}: ${errorMessage(error)}`, { cause: error });
  }
  if (typeof result !== 'boolean') throw new Error(`oidc: error evaluating ${what}: validation expression must return a boolean`);
  if (!result) throw new Error(`oidc: error evaluating ${what}: validation expression '${expression}' failed: ${message}`);
}

/** A string or a list of them; what is empty counts as not there. */
function stringList(value: unknown, what: string): string[] {
  if (value === null) return [];
  const list = typeof value === 'string' ? [value] : value;
  if (!Array.isArray(list) || !list.every((item) => typeof item === 'string')) {
    throw new Error(`oidc: error evaluating ${what}: expression must return a string or a list of strings`);
  }
  return list.filter((item) => item !== '');
}
