/** Expressions, macros expanded. */
export type Expr =
  | { readonly kind: 'literal'; readonly value: unknown; readonly at: number }
  | { readonly kind: 'ident'; readonly name: string; readonly at: number }
  | {
      readonly kind: 'select';
      readonly target: Expr;
      readonly field: string;
      readonly test: boolean;
      readonly optional: boolean;
      readonly at: number;
    }
  | { readonly kind: 'call'; readonly name: string; readonly target?: Expr; readonly args: readonly Expr[]; readonly at: number }
  | { readonly kind: 'list'; readonly items: readonly { readonly value: Expr; readonly optional: boolean }[]; readonly at: number }
  | {
      readonly kind: 'map';
      readonly entries: readonly { readonly key: Expr; readonly value: Expr; readonly optional: boolean }[];
      readonly at: number;
    }
  | {
      readonly kind: 'struct';
      readonly type: string;
      readonly fields: readonly { readonly name: string; readonly value: Expr; readonly optional: boolean }[];
      readonly at: number;
    }
  /** A macro over a range: what is done per element is the step's business. */
  | {
      readonly kind: 'comprehension';
      readonly macro: Macro;
      readonly range: Expr;
      readonly variables: readonly string[];
      readonly body: readonly Expr[];
      readonly at: number;
    }
  | { readonly kind: 'bind'; readonly variable: string; readonly value: Expr; readonly body: Expr; readonly at: number };

export type Macro =
  'all' | 'exists' | 'exists_one' | 'map' | 'filter' | 'transformList' | 'transformMap' | 'transformMapEntry' | 'optMap' | 'optFlatMap';
