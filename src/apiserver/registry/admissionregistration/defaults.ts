/** Defaults of dynamic admission (pkg/apis/admissionregistration/v1, v1beta1 and v1alpha1, defaults.go). */
import type {
  MatchResources,
  MutatingWebhook,
  Rule,
  ServiceReference,
  ValidatingWebhook,
} from '../../../api/admissionregistration/v1.gen.ts';
import { rule, type DefaultRule, type DefaultRules } from '../shared/defaulting.ts';

const failByDefault = rule<{ failurePolicy?: string | undefined }>((spec) => void (spec.failurePolicy ??= 'Fail'));
const matchResources = rule<MatchResources>((match) => {
  match.matchPolicy ??= 'Equivalent';
  match.namespaceSelector ??= {};
  match.objectSelector ??= {};
});
const scope = rule<Rule>((value) => void (value.scope ??= '*'));

/** Rules that all versions of the group share. */
function policies(version: string): Record<string, DefaultRule> {
  const at = (type: string) => `admissionregistration/${version}.${type}`;
  return {
    [at('ValidatingAdmissionPolicySpec')]: failByDefault,
    [at('MutatingAdmissionPolicySpec')]: failByDefault,
    [at('MatchResources')]: matchResources,
    [at('Rule')]: scope,
  };
}

export const admissionDefaults: DefaultRules = {
  ...policies('v1'),
  ...policies('v1beta1'),
  ...policies('v1alpha1'),
  'admissionregistration/v1alpha1.ParamRef': rule<{ parameterNotFoundAction?: string | undefined }>(
    (reference) => void (reference.parameterNotFoundAction ??= 'Deny'),
  ),
  'admissionregistration/v1.ValidatingWebhook': rule(defaultWebhook),
  'admissionregistration/v1.MutatingWebhook': rule<MutatingWebhook>((webhook) => {
    defaultWebhook(webhook);
    webhook.reinvocationPolicy ??= 'Never';
  }),
  'admissionregistration/v1.ServiceReference': rule<ServiceReference>((service) => void (service.port ??= 443)),
};

function defaultWebhook(webhook: MutatingWebhook | ValidatingWebhook): void {
  webhook.failurePolicy ??= 'Fail';
  webhook.matchPolicy ??= 'Equivalent';
  webhook.namespaceSelector ??= {};
  webhook.objectSelector ??= {};
  webhook.timeoutSeconds ??= 10;
}
