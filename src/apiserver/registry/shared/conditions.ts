/** Rules of metav1.Condition (k8s.io/apimachinery/pkg/apis/meta/v1/validation). */
import type { Condition } from '../../../api/meta/v1.gen.ts';
import { duplicate, invalid, notSupported, required, tooLong, type FieldError, type FieldPath } from '../../../machinery/field.ts';
import { regexError } from '../../../machinery/names.ts';
import { checkQualifiedName } from './field-checks.ts';

const STATUSES = ['False', 'True', 'Unknown'];
const REASON = '[A-Za-z]([A-Za-z0-9_,:]*[A-Za-z0-9_])?';
const REASON_RE = new RegExp(`^${REASON}$`);
const REASON_TEXT =
  "a condition reason must start with alphabetic character, optionally followed by a string of alphanumeric characters or '_,:', and must end with an alphanumeric character or '_'";
const MAX_REASON = 1024;
const MAX_MESSAGE = 32 * 1024;

export function checkConditions(conditions: readonly Condition[], path: FieldPath, errors: FieldError[]): void {
  conditions.forEach((condition, i) => {
    const { type, status, observedGeneration = 0, lastTransitionTime, reason, message } = condition;
    const here = path.index(i);
    if (conditions.findIndex((c) => c.type === type) < i) errors.push(duplicate(here.child('type'), type));
    checkQualifiedName(type, here.child('type'), errors);
    if (!STATUSES.includes(status)) errors.push(notSupported(here.child('status'), status, STATUSES));
    if (observedGeneration < 0)
      errors.push(invalid(here.child('observedGeneration'), observedGeneration, 'must be greater than or equal to zero'));
    if (!lastTransitionTime) errors.push(required(here.child('lastTransitionTime')));
    checkReason(reason, here.child('reason'), errors);
    if (Buffer.byteLength(message) > MAX_MESSAGE) errors.push(tooLong(here.child('message'), '', MAX_MESSAGE));
  });
}

function checkReason(reason: string, path: FieldPath, errors: FieldError[]): void {
  if (reason === '') return void errors.push(required(path));
  if (!REASON_RE.test(reason)) {
    errors.push(
      invalid(path, reason, regexError(REASON_TEXT, REASON, 'my_name', 'MY_NAME', 'MyName', 'ReasonA,ReasonB', 'ReasonA:ReasonB')),
    );
  }
  if (reason.length > MAX_REASON) errors.push(tooLong(path, '', MAX_REASON));
}
