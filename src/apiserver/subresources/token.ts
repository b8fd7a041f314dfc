/** `serviceaccounts/token`: issues a token (TokenRequest). */
import type { AnyObject } from '../../api/object.ts';
import type { TokenIssuer } from '../authn/service-account/token-issuer.ts';
import { checkWith, mutate, type Admission } from '../handlers/admit.ts';
import { optionsObject } from '../handlers/create.ts';
import { writeParameters } from '../handlers/options.ts';
import { readObject } from '../handlers/read-object.ts';
import { kindCodec } from '../registry/codec.ts';
import type { SubresourceHandler } from '../served-resource.ts';

const KIND = { group: 'authentication.k8s.io', version: 'v1', kind: 'TokenRequest' } as const;

export function tokenSubresource(deps: { readonly admission: Admission; readonly issuer: TokenIssuer }): SubresourceHandler {
  return {
    async handle(context, served) {
      const parameters = writeParameters(context.request.query, 'CreateOptions');
      const { namespace, name } = context.info;
      const scope = { admission: deps.admission, context, served, kind: KIND, dryRun: parameters.dryRun, options: optionsObject('CreateOptions', parameters) };
      const sent = await readObject(context, kindCodec('authentication/v1.TokenRequest'), KIND);
      sent.metadata = { ...sent.metadata };
      const request = await mutate(scope, 'CREATE', sent, undefined);
      const issued = await deps.issuer.issue({
        namespace, name, request, warnings: context.warnings, auditAnnotations: context.auditAnnotations,
        validate: (completed) => checkWith(scope, 'CREATE')(completed, undefined),
      });
      return { type: 'object', status: 201, object: issued as unknown as AnyObject };
    },
  };
}
