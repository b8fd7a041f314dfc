/**
 * Defaulting by type, as upstream's generated defaulters do it: a rule belongs to one schema type and runs wherever the type occurs,
 * the outer object before what it contains; then come the constants that the schema declares (`default=`).
 */
import { fieldsOf, getType, type FieldSchema } from '../../../api/schema.ts';

type Fields = Record<string, unknown>;

/** Fills in what a value of one type leaves open, in place. */
export type DefaultRule = (value: Fields) => void;
/** Rules by schema id (`core/v1.Container`). */
export type DefaultRules = Readonly<Record<string, DefaultRule>>;

/** Gives a rule for a typed value the shape of the table. */
export function rule<T>(fn: (value: T) => void): DefaultRule {
  return fn as unknown as DefaultRule;
}

/** Upstream rounds amounts of resources up to thousandths in these types' maps of quantities. */
export type QuantityMapRule = (quantities: Record<string, string>) => void;

export interface DefaulterOptions {
  readonly rules: DefaultRules;
  /** Runs on every map of quantities in types of these schema folders. */
  readonly quantityMaps: { readonly folders: readonly string[]; readonly rule: QuantityMapRule };
}

/** Compiles the defaults of each type when it is first needed. Gives a function that fills in an object of the type. */
export function defaulter(options: DefaulterOptions): (typeId: string, object: Fields) => void {
  const compiler = new Compiler(options);
  return (typeId, object) => compiler.compile(typeId)?.(object);
}

class Compiler {
  readonly #o: DefaulterOptions;
  readonly #needed = new Map<string, boolean>();
  readonly #compiled = new Map<string, DefaultRule>();

  constructor(options: DefaulterOptions) {
    this.#o = options;
  }

  /** Undefined when nothing in the type has a default. */
  compile(typeId: string): DefaultRule | undefined {
    const done = this.#compiled.get(typeId);
    if (done) return done;
    if (!this.#needs(typeId)) return undefined;
    let steps: readonly DefaultRule[] | undefined;
    const run: DefaultRule = (value) => {
      // The steps are compiled at first use: types may contain themselves.
      steps ??= this.#steps(typeId);
      for (const step of steps) step(value);
    };
    this.#compiled.set(typeId, run);
    return run;
  }

  #needs(typeId: string): boolean {
    const known = this.#needed.get(typeId);
    if (known !== undefined) return known;
    // While it is being answered, a type that contains itself adds nothing by that.
    this.#needed.set(typeId, false);
    const answer =
      this.#rulesOf(typeId).length > 0 ||
      [...fieldsOf(getType(typeId)).values()].some(
        (f) => f.default !== undefined || this.#isQuantityMap(typeId, f) || (f.type.includes('/') && this.#needs(f.type)),
      );
    this.#needed.set(typeId, answer);
    return answer;
  }

  /** Own rule, and those of embedded structs, whose fields are fields of this type. */
  #rulesOf(typeId: string): DefaultRule[] {
    const own = this.#o.rules[typeId];
    const embedded = getType(typeId).declared.flatMap((f) => (f.inline === undefined ? [] : this.#rulesOf(f.type)));
    return [...(own ? [own] : []), ...embedded];
  }

  #isQuantityMap(typeId: string, field: FieldSchema): boolean {
    return field.container === 'map' && field.type === 'Quantity' && this.#o.quantityMaps.folders.some((f) => typeId.startsWith(f));
  }

  #steps(typeId: string): DefaultRule[] {
    const steps = this.#rulesOf(typeId);
    for (const field of fieldsOf(getType(typeId)).values()) {
      const { name } = field;
      if (field.default !== undefined) steps.push(constant(field));
      else if (this.#isQuantityMap(typeId, field)) {
        const { rule: round } = this.#o.quantityMaps;
        steps.push((value) => void (value[name] && round(value[name] as Record<string, string>)));
      } else if (field.type.includes('/')) {
        const inner = this.compile(field.type);
        if (inner) steps.push(descend(field, inner));
      }
    }
    return steps;
  }
}

function constant({ name, pointer, default: value }: FieldSchema): DefaultRule {
  return (object) => {
    const is = object[name];
    if (is === undefined || is === null || (!pointer && is === '')) object[name] = value;
  };
}

function descend({ name, container }: FieldSchema, inner: DefaultRule): DefaultRule {
  if (container === 'one') {
    return (object) => {
      const value = object[name];
      if (value !== undefined && value !== null) inner(value as Fields);
    };
  }
  return (object) => {
    const value = object[name];
    if (value === undefined || value === null) return;
    const items = container === 'list' ? (value as Fields[]) : (Object.values(value) as Fields[]);
    for (const item of items) if (item !== null) inner(item);
  };
}
