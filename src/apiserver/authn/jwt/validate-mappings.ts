import type { Expr } from '../../../machinery/cel/ast.ts';
import { children } from '../../../machinery/cel/uses.ts';
import { duplicate, invalid, required, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { domainPrefixedPath } from '../../../machinery/domain-prefixed-path.ts';
import { errorMessage } from '../../../base/log.ts';
import { claimProgram, userProgram } from './programs.ts';
import type { ClaimMappings, ClaimRule, ClaimSource, JwtConfig, PrefixedClaim, UserRule } from './configuration.ts';

/** Claims, expressions and rules of one authenticator. */
export function validateMappings(
  { claimMappings, claimValidationRules = [], userValidationRules = [] }: JwtConfig,
  at: FieldPath,
): FieldError[] {
  return [
    ...validateClaimRules(claimValidationRules, at.child('claimValidationRules')),
    ...validateClaims(claimMappings ?? { username: {} }, claimValidationRules, at.child('claimMappings')),
    ...validateUserRules(userValidationRules, at.child('userValidationRules')),
  ];
}

function validateClaimRules(rules: readonly ClaimRule[], at: FieldPath): FieldError[] {
  const before = (i: number, field: 'claim' | 'expression') => rules.slice(0, i).some((rule) => rule[field] === rules[i]?.[field]);
  return rules.flatMap((rule, i) => {
    const { claim = '', expression = '', message = '', requiredValue = '' } = rule;
    const path = at.index(i);
    if (claim !== '' && expression !== '') return [invalid(path, claim, "claim and expression can't both be set")];
    if (claim === '' && expression === '') return [required(path, 'claim or expression is required')];
    if (claim !== '') {
      const errors = message === '' ? [] : [invalid(path.child('message'), message, 'may not be specified when claim is set')];
      return before(i, 'claim') ? [...errors, duplicate(path.child('claim'), claim)] : errors;
    }
    const errors =
      requiredValue === '' ? [] : [invalid(path.child('requiredValue'), requiredValue, 'may not be specified when expression is set')];
    if (before(i, 'expression')) return [...errors, duplicate(path.child('expression'), expression)];
    return [...errors, ...compiles(() => claimProgram(expression), expression, path.child('expression'))];
  });
}

function validateClaims(mappings: ClaimMappings, rules: readonly ClaimRule[], at: FieldPath): FieldError[] {
  const { username = {}, groups = {}, uid = {}, extra = [] } = mappings;
  return [
    ...validatePrefixed(username, at.child('username'), true),
    ...validatePrefixed(groups, at.child('groups'), false),
    ...validateUid(uid, at.child('uid')),
    ...validateExtra(extra, at.child('extra')),
    ...validateEmail(mappings, rules, at),
  ];
}

function validatePrefixed({ claim = '', prefix, expression = '' }: PrefixedClaim, at: FieldPath, isRequired: boolean): FieldError[] {
  if (claim !== '' && expression !== '') return [invalid(at, '', "claim and expression can't both be set")];
  if (claim === '' && expression === '') return isRequired ? [required(at, 'claim or expression is required')] : [];
  if (claim !== '') {
    const detail = 'prefix is required when claim is set. It can be set to an empty string to disable prefixing';
    return prefix === undefined ? [required(at.child('prefix'), detail)] : [];
  }
  const errors = prefix === undefined ? [] : [invalid(at.child('prefix'), prefix, 'may not be specified when expression is set')];
  return [...errors, ...compiles(() => claimProgram(expression), expression, at.child('expression'))];
}

function validateUid({ claim = '', expression = '' }: ClaimSource, at: FieldPath): FieldError[] {
  if (claim !== '' && expression !== '') return [invalid(at, '', "claim and expression can't both be set")];
  return expression === '' ? [] : compiles(() => claimProgram(expression), expression, at.child('expression'));
}

const RESERVED = /^([^/]+\.)?(kubernetes|k8s)\.io\//;

function validateExtra(extra: NonNullable<ClaimMappings['extra']>, at: FieldPath): FieldError[] {
  return extra.flatMap(({ key = '', valueExpression = '' }, i) => {
    const path = at.index(i);
    const errors = domainPrefixedPath(path.child('key'), key);
    if (key !== key.toLowerCase()) errors.push(invalid(path.child('key'), key, 'must be lowercase'));
    if (RESERVED.test(key)) {
      errors.push(invalid(path.child('key'), key, 'k8s.io, kubernetes.io and their subdomains are reserved for Kubernetes use'));
    }
    if (extra.findIndex((other) => other.key === key) < i) return [...errors, duplicate(path.child('key'), key)];
    if (valueExpression === '') return [...errors, required(path.child('valueExpression'), '')];
    return [...errors, ...compiles(() => claimProgram(valueExpression), valueExpression, path.child('valueExpression'))];
  });
}

/** Whoever takes somebody's mail address for their name has to look whether it is theirs. */
function validateEmail({ username, extra = [] }: ClaimMappings, rules: readonly ClaimRule[], at: FieldPath): FieldError[] {
  const own = username?.expression ?? '';
  if (!mentions(own, 'email')) return [];
  const others = [...extra.map((e) => e.valueExpression), ...rules.map((r) => r.expression ?? '')];
  if ([own, ...others].some((expression) => mentions(expression, 'email_verified'))) return [];
  const detail =
    'claims.email_verified must be used in claimMappings.username.expression or claimMappings.extra[*].valueExpression or claimValidationRules[*].expression when claims.email is used in claimMappings.username.expression';
  return [invalid(at.child('username', 'expression'), own, detail)];
}

function mentions(expression: string, claim: string): boolean {
  try {
    return expression !== '' && selects(claimProgram(expression).expr, claim);
  } catch {
    // Does not compile: told elsewhere.
    return false;
  }
}

function selects(expr: Expr, claim: string): boolean {
  const found = expr.kind === 'select' && expr.field === claim && expr.target.kind === 'ident' && expr.target.name === 'claims';
  return found || children(expr).some((child) => selects(child, claim));
}

function validateUserRules(rules: readonly UserRule[], at: FieldPath): FieldError[] {
  return rules.flatMap(({ expression = '' }, i) => {
    const path = at.index(i).child('expression');
    if (expression === '') return [required(path, '')];
    if (rules.findIndex((rule) => rule.expression === expression) < i) return [duplicate(path, expression)];
    return compiles(() => userProgram(expression), expression, path);
  });
}

function compiles(compile: () => unknown, expression: string, at: FieldPath): FieldError[] {
  try {
    compile();
    return [];
  } catch (error) {
    return [invalid(at, expression, `compilation failed: ${errorMessage(error)}`)];
  }
}
