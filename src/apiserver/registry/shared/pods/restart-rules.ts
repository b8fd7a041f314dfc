/** Rules of containers' own restart policies (KEP-753, KEP-5307). */
import type { Container, ContainerResizePolicy, ContainerRestartRule } from '../../../../api/core/v1.gen.ts';
import { duplicate, invalid, notSupported, required, tooMany, type FieldError, type FieldPath } from '../../../../machinery/field.ts';

const POLICIES = ['Always', 'Never', 'OnFailure'];
const ACTIONS = ['Restart', 'RestartAllContainers'];
const OPERATORS = ['In', 'NotIn'];
const MAX_RULES = 20;
const MAX_CODES = 255;

export function checkContainerRestart(
  { restartPolicy, restartPolicyRules: rules = [] }: Container,
  path: FieldPath,
  errors: FieldError[],
  init = false,
): void {
  const policyPath = path.child('restartPolicy');
  if (restartPolicy === undefined) {
    if (rules.length === 0) return;
    errors.push(required(policyPath, 'must specify restartPolicy when restart rules are used'));
    if (init) return;
  } else if (!POLICIES.includes(restartPolicy)) errors.push(notSupported(policyPath, restartPolicy, POLICIES));
  if (rules.length > MAX_RULES) errors.push(tooMany(path.child('restartPolicyRules'), rules.length, MAX_RULES));
  rules.forEach((rule, i) => checkRule(rule, path.child('restartPolicyRules').index(i), errors));
}

function checkRule({ action = '', exitCodes }: ContainerRestartRule, path: FieldPath, errors: FieldError[]): void {
  if (!ACTIONS.includes(action)) errors.push(notSupported(path.child('action'), action, ACTIONS));
  if (!exitCodes) return void errors.push(required(path.child('exitCodes'), 'must be specified'));
  const { operator = '', values = [] } = exitCodes;
  if (!OPERATORS.includes(operator)) errors.push(notSupported(path.child('exitCodes', 'operator'), operator, OPERATORS));
  if (values.length > MAX_CODES) errors.push(tooMany(path.child('exitCodes', 'values'), values.length, MAX_CODES));
}

const RESIZABLE = ['cpu', 'memory'];
const RESIZE_POLICIES = ['NotRequired', 'RestartContainer'];

/** What happens to the container when it is resized in place (KEP-1287). */
export function checkResizePolicies(
  policies: readonly ContainerResizePolicy[],
  podRestartPolicy: string | undefined,
  path: FieldPath,
  errors: FieldError[],
): void {
  const seen = new Set<string>();
  policies.forEach(({ resourceName, restartPolicy }, i) => {
    if (seen.has(resourceName)) errors.push(duplicate(path.index(i), resourceName));
    seen.add(resourceName);
    if (!resourceName) errors.push(required(path));
    else if (!RESIZABLE.includes(resourceName)) errors.push(notSupported(path, resourceName, RESIZABLE));
    if (!restartPolicy) errors.push(required(path));
    else if (!RESIZE_POLICIES.includes(restartPolicy)) errors.push(notSupported(path, restartPolicy, RESIZE_POLICIES));
    if (podRestartPolicy === 'Never' && restartPolicy !== 'NotRequired') {
      errors.push(invalid(path, restartPolicy, "must be 'NotRequired' when pod `restartPolicy` is 'Never'"));
    }
  });
}
