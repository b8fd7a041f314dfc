/** Kubernetes' authorizer: `authorizer.group('').resource('pods').check('list').allowed()`. Asking takes time: see Pending. */
import { noOverload, text, type CelFunction, type Library } from '../functions.ts';
import { Opaque } from '../values.ts';

export interface AccessQuestion {
  readonly path?: string;
  readonly group?: string;
  readonly resource?: string;
  readonly subresource?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly fieldSelector?: string;
  readonly labelSelector?: string;
  readonly serviceAccount?: string;
  readonly verb?: string;
}

export interface AccessDecision {
  readonly allowed: boolean;
  readonly reason: string;
  readonly error?: string;
}

/** Thrown out of an evaluation that needs an answer which is not there yet: wait for `ready`, then evaluate again. */
export class Pending extends Error {
  readonly ready: Promise<void>;
  constructor(ready: Promise<void>) {
    super('an answer of the authorizer is pending');
    this.ready = ready;
  }
}

interface Asking {
  readonly question: AccessQuestion;
  readonly ask: (question: AccessQuestion) => AccessDecision;
}

/** The binding `authorizer`: answers are kept, so that each question is asked once. */
export function authorizerValue(decide: (question: AccessQuestion) => Promise<AccessDecision>, question: AccessQuestion = {}): Opaque {
  const answers = new Map<string, AccessDecision>();
  const ask = (asked: AccessQuestion): AccessDecision => {
    const key = JSON.stringify(asked);
    const known = answers.get(key);
    if (known) return known;
    throw new Pending(decide(asked).then((answer) => void answers.set(key, answer)));
  };
  return make({ question, ask });
}

const make = (asking: Asking): Opaque<Asking> => new Opaque('kubernetes.authorization', asking, JSON.stringify(asking.question));

const more =
  (field: keyof AccessQuestion): CelFunction =>
  ([v, value]) => {
    const { question, ask } = asking(v);
    return make({ ask, question: { ...question, [field]: text(value) } });
  };

function asking(v: unknown): Asking {
  if (!(v instanceof Opaque) || v.type !== 'kubernetes.authorization') throw noOverload();
  return v.value as Asking;
}

function decision(v: unknown): AccessDecision {
  if (!(v instanceof Opaque) || v.type !== 'kubernetes.authorization.Decision') throw noOverload();
  return v.value as AccessDecision;
}

export const authorizers: Library = {
  methods: {
    path: more('path'),
    group: more('group'),
    resource: more('resource'),
    subresource: more('subresource'),
    namespace: more('namespace'),
    name: more('name'),
    fieldSelector: more('fieldSelector'),
    labelSelector: more('labelSelector'),
    serviceAccount: ([v, namespace, name]) => {
      const { question, ask } = asking(v);
      return make({ ask, question: { ...question, serviceAccount: `system:serviceaccount:${text(namespace)}:${text(name)}` } });
    },
    check: ([v, verb], context) => {
      context.charge(350_000);
      const { question, ask } = asking(v);
      const answer = ask({ ...question, verb: text(verb) });
      return new Opaque('kubernetes.authorization.Decision', answer, JSON.stringify(answer));
    },
    allowed: ([v]) => decision(v).allowed,
    reason: ([v]) => decision(v).reason,
    errored: ([v]) => decision(v).error !== undefined,
    error: ([v]) => decision(v).error ?? '',
  },
};
