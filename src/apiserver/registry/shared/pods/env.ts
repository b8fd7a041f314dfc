/** Rules of environment variables. */
import type { EnvFromSource, EnvVar, EnvVarSource, FileKeySelector } from '../../../../api/core/v1.gen.ts';
import { invalid, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { isConfigMapKey, isRelaxedEnvVarName } from '../../../../machinery/names.ts';
import { nameIsSubdomain } from '../../validate-meta.ts';
import { checkLabel, checkRequired, checkRule, checkSubdomain } from '../field-checks.ts';
import { checkNoBacksteps } from '../volumes/paths.ts';
import { checkObjectFieldSelector, checkResourceFieldSelector } from './field-selectors.ts';

const ENV_FIELDS = [
  'metadata.name', 'metadata.namespace', 'metadata.uid', 'spec.nodeName', 'spec.serviceAccountName', 'status.hostIP', 'status.hostIPs', 'status.podIP', 'status.podIPs',
]; // prettier-ignore
const ONE_SOURCE = 'must specify one of: `fieldRef`, `resourceFieldRef`, `configMapKeyRef`, `secretKeyRef` or `fileKeyRef`';

export function checkEnv(variables: readonly EnvVar[], path: FieldPath, errors: FieldError[]): void {
  variables.forEach((variable, i) => {
    const { name, value, valueFrom } = variable;
    if (!name) errors.push(required(path.index(i).child('name')));
    // Nearly every name is plain.
    else if (!PLAIN_NAME.test(name)) checkRule(isRelaxedEnvVarName, name, path.index(i).child('name'), errors);
    if (valueFrom) checkSource(valueFrom, value ?? '', path.index(i).child('valueFrom'), errors);
  });
}
const PLAIN_NAME = /^\w+$/;

function checkSource(source: EnvVarSource, value: string, path: FieldPath, errors: FieldError[]): void {
  const { fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef } = source;
  if (fieldRef) checkObjectFieldSelector(fieldRef, ENV_FIELDS, path.child('fieldRef'), errors);
  if (resourceFieldRef) checkResourceFieldSelector(resourceFieldRef, false, path.child('resourceFieldRef'), errors);
  if (configMapKeyRef) checkKey(configMapKeyRef, path.child('configMapKeyRef'), errors);
  if (secretKeyRef) checkKey(secretKeyRef, path.child('secretKeyRef'), errors);
  if (fileKeyRef) checkFileKey(fileKeyRef, path.child('fileKeyRef'), errors);
  const count = [fieldRef, resourceFieldRef, configMapKeyRef, secretKeyRef, fileKeyRef].filter(Boolean).length;
  if (count === 0) errors.push(invalid(path, '', ONE_SOURCE));
  else if (value !== '') errors.push(invalid(path, '', 'may not be specified when `value` is not empty'));
  else if (count > 1) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
}

function checkKey(
  { name = '', key }: { readonly name?: string | undefined; readonly key: string },
  path: FieldPath,
  errors: FieldError[],
): void {
  checkSubdomain(name, path.child('name'), errors);
  if (checkRequired(key, path.child('key'), errors)) checkRule(isConfigMapKey, key, path.child('key'), errors);
}

function checkFileKey({ key, volumeName, path: file }: FileKeySelector, path: FieldPath, errors: FieldError[]): void {
  if (checkRequired(key, path.child('key'), errors)) checkRule(isRelaxedEnvVarName, key, path.child('key'), errors);
  if (checkRequired(volumeName, path.child('volumeName'), errors)) checkLabel(volumeName, path.child('volumeName'), errors);
  if (checkRequired(file, path.child('path'), errors)) checkNoBacksteps(file, path.child('path'), errors);
}

export function checkEnvFrom(sources: readonly EnvFromSource[], path: FieldPath, errors: FieldError[]): void {
  sources.forEach(({ prefix, configMapRef, secretRef }, i) => {
    if (prefix) checkRule(isRelaxedEnvVarName, prefix, path.index(i).child('prefix'), errors);
    if (configMapRef) checkSourceName(configMapRef.name, path.index(i).child('configMapRef', 'name'), errors);
    if (secretRef) checkSourceName(secretRef.name, path.index(i).child('secretRef', 'name'), errors);
    if (!configMapRef && !secretRef) errors.push(invalid(path, '', 'must specify one of: `configMapRef` or `secretRef`'));
    else if (configMapRef && secretRef) errors.push(invalid(path, '', 'may not have more than one field specified at a time'));
  });
}

function checkSourceName(name: string | undefined, path: FieldPath, errors: FieldError[]): void {
  if (!name) errors.push(required(path));
  else for (const message of nameIsSubdomain(name, true)) errors.push(invalid(path, name, message));
}
