/** Reviews as resources: who may do what, and who somebody is. Nothing is stored; create answers with the status. */
import type { AnyObject } from '../../api/object.ts';
import { builtinResources, type ResourceDefinition } from '../../api/surface.ts';
import type { Clock } from '../../base/clock.ts';
import type { TokenAuthenticator } from '../authn/authenticator.ts';
import { reviewSelf } from '../authn/self-subject-review.ts';
import { reviewToken } from '../authn/token-review.ts';
import type { Authorizer } from '../authz/authorizer.ts';
import { reviewAccess } from '../authz/review/access-review.ts';
import { reviewRules } from '../authz/review/rules-review.ts';
import { checkWith, mutate, type Admission } from '../handlers/admit.ts';
import { optionsObject } from '../handlers/create.ts';
import { writeParameters } from '../handlers/options.ts';
import { readObject } from '../handlers/read-object.ts';
import { kindCodec } from '../registry/codec.ts';
import { ensureNamespace } from '../registry/object-meta.ts';
import type { Handler, RequestContext } from '../request.ts';
import { methodNotAllowed } from '../router.ts';
import type { ServedResource } from '../served-resource.ts';

export interface ReviewDeps {
  readonly admission: Admission;
  readonly clock: Clock;
  readonly authorizer: Authorizer;
  readonly tokens: TokenAuthenticator;
  readonly apiAudiences: readonly string[];
}

type Check = (object: AnyObject) => Promise<void>;
type Review = (object: AnyObject, context: RequestContext, validate: Check, deps: ReviewDeps) => Promise<AnyObject>;

const access: Review = (object, { user, info }, validate, { authorizer }) =>
  reviewAccess(object, { authorizer, user, namespace: info.namespace, validate });

const REVIEWS: Readonly<Record<string, Review>> = {
  subjectaccessreviews: access,
  localsubjectaccessreviews: access,
  selfsubjectaccessreviews: access,
  selfsubjectrulesreviews: (object, { user, info }, validate, { authorizer }) =>
    reviewRules(object, { authorizer, user, namespace: info.namespace, validate }),
  tokenreviews: (object, { info }, validate, { tokens, apiAudiences }) =>
    reviewToken(object, { tokens, apiAudiences, namespace: info.namespace, validate }),
  selfsubjectreviews: async (object, { user }, validate, { clock }) => {
    await validate(object);
    return reviewSelf(object, user, clock.now());
  },
};

/** Handlers by `group/version/resource`. */
export function reviewHandlers(deps: ReviewDeps): Map<string, Handler> {
  const handlers = new Map<string, Handler>();
  for (const definition of builtinResources()) {
    const review =
      definition.group === 'authorization.k8s.io' || definition.group === 'authentication.k8s.io'
        ? REVIEWS[definition.resource]
        : undefined;
    if (review) handlers.set(`${definition.group}/${definition.version}/${definition.resource}`, reviewHandler(definition, review, deps));
  }
  return handlers;
}

function reviewHandler(definition: ResourceDefinition, review: Review, deps: ReviewDeps): Handler {
  // Admission looks at the definition only.
  const served = { definition } as ServedResource;
  const codec = kindCodec(definition.schemaId);
  return async (context) => {
    if (context.info.verb !== 'create' || context.info.subresource !== '') throw methodNotAllowed();
    const parameters = writeParameters(context.request.query, 'CreateOptions');
    const sent = await readObject(context, codec, definition);
    sent.metadata ??= {} as AnyObject['metadata'];
    ensureNamespace(sent, definition.namespaced, context.info.namespace);
    const scope = {
      admission: deps.admission,
      context,
      served,
      dryRun: parameters.dryRun,
      options: optionsObject('CreateOptions', parameters),
    };
    const object = await mutate(scope, 'CREATE', sent, undefined);
    const check = checkWith(scope, 'CREATE');
    const answer = await review(object, context, (checked) => check(checked, undefined), deps);
    return { type: 'object', status: 201, object: answer };
  };
}
