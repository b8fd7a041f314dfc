/** Runs x-kubernetes-validations (k8s.io/apiextensions-apiserver/pkg/apiserver/schema/cel). */
import { CelError, Optional } from '../../machinery/cel/values.ts';
import { FieldError, fieldPath, type FieldErrorType, type FieldPath, OMIT_VALUE } from '../../machinery/field.ts';
import { rulesOf, type CompiledRule } from './rules-compile.ts';
import { typedValue } from './rules-schema.ts';
import { isObject, itemSchema, propertySchema, type JsonObject, type Structural } from './structural.ts';

const CALL_LIMIT = 1_000_000;
const OBJECT_LIMIT = 10_000_000;

export function validateRules(schema: Structural): ((object: JsonObject, old: JsonObject | undefined) => FieldError[]) | undefined {
  if (!hasRules(schema)) return undefined;
  return (object, old) => {
    const run = new Run();
    run.visit({ schema, value: object, old, path: undefined });
    return run.errors;
  };
}

const known = new WeakMap<Structural, boolean>();

function hasRules(schema: Structural): boolean {
  let has = known.get(schema);
  if (has === undefined) {
    const inner = [itemSchema(schema), ...Object.values(schema.properties ?? {}), schema.additionalProperties].filter(
      (s): s is Structural => isObject(s),
    );
    has = (schema['x-kubernetes-validations']?.length ?? 0) > 0 || inner.some(hasRules);
    known.set(schema, has);
  }
  return has;
}

interface Place {
  readonly schema: Structural;
  readonly value: unknown;
  /** undefined: there is none, or it cannot be told which it was. */
  readonly old: unknown;
  readonly path: FieldPath | undefined;
}

class Run {
  readonly errors: FieldError[] = [];
  readonly #budget = { left: OBJECT_LIMIT };
  #over = false;

  visit(place: Place): void {
    const { schema, value, old, path } = place;
    if (this.#over || value === undefined || value === null || !hasRules(schema)) return;
    for (const rule of rulesOf(schema, path === undefined)) {
      this.#check(rule, place);
      if (this.#over) return;
    }
    if (Array.isArray(value)) this.#items(schema, value, Array.isArray(old) ? old : undefined, path);
    else if (isObject(value)) this.#properties(schema, value, isObject(old) ? old : undefined, path);
  }

  #properties(schema: Structural, value: JsonObject, old: JsonObject | undefined, path: FieldPath | undefined): void {
    for (const [name, child] of Object.entries(value)) {
      const inner = propertySchema(schema, name);
      if (!inner) continue;
      const isDeclared = schema.properties !== undefined && Object.hasOwn(schema.properties, name);
      const at = !path ? fieldPath(name) : isDeclared ? path.child(name) : path.key(name);
      this.visit({ schema: inner, value: child, old: old && Object.hasOwn(old, name) ? old[name] : undefined, path: at });
    }
  }

  #items(schema: Structural, value: readonly unknown[], old: readonly unknown[] | undefined, path: FieldPath | undefined): void {
    const inner = itemSchema(schema);
    if (!inner) return;
    const keys = schema['x-kubernetes-list-type'] === 'map' ? (schema['x-kubernetes-list-map-keys'] ?? []) : undefined;
    for (const [i, item] of value.entries()) {
      const before = keys && old?.find((o) => isObject(o) && isObject(item) && keys.every((key) => o[key] === item[key]));
      this.visit({ schema: inner, value: item, old: before, path: (path ?? fieldPath('')).index(i) });
    }
  }

  #check(compiled: CompiledRule, { schema, value, old, path }: Place): void {
    const { rule, program, isTransition } = compiled;
    if (isTransition && old === undefined && !rule.optionalOldSelf) return;
    const at = path ?? fieldPath('<nil>');
    const type = schema.type ?? 'object';
    const fail = (detail: string) => void this.errors.push(new FieldError('FieldValueInvalid', at, type, detail));
    if (program instanceof Error) return fail(`rule compile error: ${program.message}`);
    const bindings = { self: typedValue(value, schema), ...this.#old(rule.optionalOldSelf === true, old, schema) };
    try {
      if (program.run(bindings, { costLimit: Math.min(CALL_LIMIT, this.#budget.left), budget: this.#budget }) === true) return;
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      if (!error.fatal) return fail(`${error.message} evaluating rule: ${messageOf(compiled)}`);
      this.#over = true;
      return fail(
        this.#budget.left <= 0
          ? 'validation failed due to running out of cost budget, no further validation rules will be run'
          : `no further validation rules will be run due to call cost exceeds limit for rule: ${rule.rule}`,
      );
    }
    const where = rule.fieldPath ? relative(path, rule.fieldPath) : at;
    this.errors.push(failure(rule.reason, where, type, this.#message(compiled, bindings)));
  }

  #old(optional: boolean, old: unknown, schema: Structural): { readonly oldSelf?: unknown } {
    if (optional) return { oldSelf: old === undefined ? Optional.NONE : new Optional(typedValue(old, schema)) };
    return old === undefined ? {} : { oldSelf: typedValue(old, schema) };
  }

  /** The expression's text when it gives one that may be shown: one line, not empty, short enough. */
  #message(compiled: CompiledRule, bindings: Readonly<Record<string, unknown>>): string {
    const { message } = compiled;
    if (!message || message instanceof Error) return messageOf(compiled);
    try {
      const text = message.run(bindings, { budget: this.#budget });
      if (typeof text === 'string' && text.trim() !== '' && !text.includes('\n') && text.length <= 5120) return text.trim();
    } catch (error) {
      // What cannot be said otherwise is said with the rule itself.
      if (!(error instanceof CelError)) throw error;
    }
    return messageOf(compiled);
  }
}

function messageOf({ rule }: CompiledRule): string {
  return rule.message ? rule.message.trim() : `failed rule: ${rule.rule}`;
}

/** `.a.b['c']` below a path. */
function relative(path: FieldPath | undefined, text: string): FieldPath {
  let at = path;
  for (const [, name, key] of text.matchAll(/\.([^.[\]]+)|\['([^']*)'\]/g)) {
    if (key !== undefined) at = at ? at.key(key) : fieldPath(key);
    else at = at ? at.child(name ?? '') : fieldPath(name ?? '');
  }
  return at ?? fieldPath('<nil>');
}

const REASONS: Readonly<Record<string, FieldErrorType>> = {
  FieldValueForbidden: 'FieldValueForbidden',
  FieldValueRequired: 'FieldValueRequired',
  FieldValueDuplicate: 'FieldValueDuplicate',
};

function failure(reason: string | undefined, path: FieldPath, type: string, detail: string): FieldError {
  const kind = REASONS[reason ?? ''] ?? 'FieldValueInvalid';
  return new FieldError(kind, path, kind === 'FieldValueForbidden' || kind === 'FieldValueRequired' ? OMIT_VALUE : type, detail);
}
