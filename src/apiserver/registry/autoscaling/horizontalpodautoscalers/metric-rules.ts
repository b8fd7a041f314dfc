/** Rules of the metrics that an autoscaler looks at. */
import type { MetricSpec, MetricTarget } from '../../../../api/autoscaling/v2.gen.ts';
import { forbidden, invalid, notSupported, required, type FieldError, type FieldPath } from '../../../../machinery/field.ts';
import { Quantity } from '../../../../machinery/quantity.ts';
import { isPathSegmentName } from '../../../../machinery/names.ts';
import { checkLabel, checkRequired, checkRule } from '../../shared/field-checks.ts';
import { checkContainerResourceName } from '../../shared/resource-names.ts';
import { checkSegment } from '../../shared/typed-references.ts';

const TYPES = ['ContainerResource', 'External', 'Object', 'Pods', 'Resource'];
const TARGET_TYPES = ['Utilization', 'Value', 'AverageValue'];
const FIELDS = ['object', 'external', 'pods', 'resource', 'containerResource'] as const;
type SourceField = (typeof FIELDS)[number];
const FIELD_OF: Readonly<Record<string, SourceField>> = {
  Object: 'object',
  External: 'external',
  Pods: 'pods',
  Resource: 'resource',
  ContainerResource: 'containerResource',
};

export function checkMetric(metric: MetricSpec, path: FieldPath, errors: FieldError[]): void {
  const { type } = metric;
  const typePath = path.child('type');
  if (!type) errors.push(required(typePath, 'must specify a metric source type'));
  if (!TYPES.includes(type)) errors.push(notSupported(typePath, type, TYPES));
  const given = FIELDS.filter((field) => metric[field]);
  const [first] = given;
  if (first) checkSource(metric, first, path.child(first), errors);
  const expected = FIELD_OF[type];
  if (!expected) errors.push(notSupported(typePath, type, TYPES));
  else if (!metric[expected]) errors.push(required(path.child(expected), 'must populate information for the given metric source'));
  if (given.length === 1) return;
  for (const field of given)
    if (field !== expected) errors.push(forbidden(path.child(field), 'must populate the given metric source only'));
}

function checkSource(
  { object, external, pods, resource, containerResource }: MetricSpec,
  field: SourceField,
  path: FieldPath,
  errors: FieldError[],
): void {
  const target = path.child('target');
  if (field === 'object' && object) {
    checkSegment(object.describedObject.kind, path.child('describedObject', 'kind'), errors);
    checkSegment(object.describedObject.name, path.child('describedObject', 'name'), errors);
    const { apiVersion = '' } = object.describedObject;
    if (apiVersion.split('/').length > 2) {
      errors.push(invalid(path.child('describedObject', 'apiVersion'), apiVersion, `unexpected GroupVersion string: ${apiVersion}`));
    }
    checkIdentifier(object.metric.name, path, errors);
    checkTarget(object.target, target, errors);
    if (object.target.value === undefined && object.target.averageValue === undefined) {
      errors.push(required(target.child('averageValue'), 'must set either a target value or averageValue'));
    }
  }
  if (field === 'external' && external) {
    checkIdentifier(external.metric.name, path, errors);
    checkTarget(external.target, target, errors);
    const { value, averageValue } = external.target;
    const both = 'both a target value for metric and a per-pod target';
    if (value === undefined && averageValue === undefined) {
      errors.push(required(target.child('averageValue'), 'must set either a target value for metric or a per-pod target'));
    }
    if (value !== undefined && averageValue !== undefined) errors.push(forbidden(target.child('value'), `may not set ${both}`));
  }
  if (field === 'pods' && pods) {
    checkIdentifier(pods.metric.name, path, errors);
    checkTarget(pods.target, target, errors);
    if (pods.target.averageValue === undefined)
      errors.push(required(target.child('averageValue'), 'must specify a positive target averageValue'));
  }
  if (field === 'resource' && resource) {
    checkRequired(resource.name, path.child('name'), errors, 'must specify a resource name');
    checkResourceTarget(resource.target, target, errors);
  }
  if (field === 'containerResource' && containerResource) {
    const { name, container } = containerResource;
    if (checkRequired(name, path.child('name'), errors, 'must specify a resource name'))
      checkContainerResourceName(name, path.child('name'), errors);
    if (checkRequired(container, path.child('container'), errors, 'must specify a container'))
      checkLabel(container, path.child('container'), errors);
    checkResourceTarget(containerResource.target, target, errors);
  }
}

function checkIdentifier(name: string, path: FieldPath, errors: FieldError[]): void {
  const here = path.child('metric', 'name');
  if (checkRequired(name, here, errors, 'must specify a metric name')) checkRule(isPathSegmentName, name, here, errors);
}

function checkResourceTarget(target: MetricTarget, path: FieldPath, errors: FieldError[]): void {
  checkTarget(target, path, errors);
  const { averageUtilization, averageValue } = target;
  if (averageUtilization === undefined && averageValue === undefined) {
    errors.push(required(path.child('averageUtilization'), 'must set either a target raw value or a target utilization'));
  }
  if (averageUtilization !== undefined && averageValue !== undefined) {
    errors.push(forbidden(path.child('averageValue'), 'may not set both a target raw value and a target utilization'));
  }
}

function checkTarget(target: MetricTarget, path: FieldPath, errors: FieldError[]): void {
  const { type, averageUtilization } = target;
  if (!type) errors.push(required(path.child('type'), 'must specify a metric target type'));
  if (!TARGET_TYPES.includes(type)) errors.push(invalid(path.child('type'), type, 'must be either Utilization, Value, or AverageValue'));
  for (const field of ['value', 'averageValue'] as const) {
    const value = target[field];
    if (value !== undefined && Quantity.parse(value).sign() !== 1) errors.push(invalid(path.child(field), value, 'must be positive'));
  }
  if (averageUtilization !== undefined && averageUtilization < 1) {
    errors.push(invalid(path.child('averageUtilization'), averageUtilization, 'must be greater than 0'));
  }
}
