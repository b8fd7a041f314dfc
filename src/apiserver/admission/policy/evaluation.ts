/** One policy on one request with one parameter. */
import type { MatchCondition, Variable } from '../../../api/admissionregistration/v1.gen.ts';
import type { AnyObject } from '../../../api/object.ts';
import { CelError, LazyMap } from '../../../machinery/cel/values.ts';
import type { Bindings } from './bindings.ts';
import { allHold } from './conditions.ts';
import { policyConditionVariables, policyVariables, program } from './expressions.ts';

/** Units of all expressions of one policy together. */
const POLICY_BUDGET = 10_000_000;

export class Evaluation {
  readonly #bindings: Bindings;
  readonly #hasParams: boolean;
  readonly #budget = { left: POLICY_BUDGET };

  constructor(
    request: Bindings,
    namespaceObject: AnyObject | undefined,
    params: AnyObject | null | undefined,
    variables: readonly Variable[],
  ) {
    this.#hasParams = params !== undefined;
    const base = { ...request, namespaceObject: namespaceObject ?? null, ...(params !== undefined && { params }) };
    this.#bindings = { ...base, variables: this.#lazy(base, variables) };
  }

  conditionsHold(conditions: readonly MatchCondition[]): Promise<boolean> {
    return allHold(conditions, this.#bindings, policyConditionVariables(this.#hasParams));
  }

  /** Rejects with CelError or CelCompileError. */
  async value(expression: string): Promise<unknown> {
    if (this.#budget.left <= 0)
      throw new CelError('validation failed due to running out of cost budget, no further validation rules will be run', true);
    return program(expression, policyVariables(this.#hasParams)).runAsync(this.#bindings, { budget: this.#budget });
  }

  /** Each is evaluated once, when somebody asks for it. */
  #lazy(base: Bindings, variables: readonly Variable[]): LazyMap {
    const values = new Map<string, unknown>();
    const sources = new Map(variables.map((v) => [v.name, v.expression]));
    const map: LazyMap = new LazyMap(
      (name) => sources.has(name),
      (name) => {
        if (values.has(name)) return values.get(name);
        const source = sources.get(name);
        if (source === undefined) throw new CelError(`no such key: ${name}`);
        const value = program(source, policyVariables(this.#hasParams)).run({ ...base, variables: map }, { budget: this.#budget });
        values.set(name, value);
        return value;
      },
    );
    return map;
  }
}
