/** `pods/binding` and the legacy `bindings`: give a pod its node (pkg/registry/core/pod/storage, BindingREST). */
import type { Binding, Pod } from '../../api/core/v1.gen.ts';
import type { AnyObject } from '../../api/object.ts';
import { formatTime, type Clock } from '../../base/clock.ts';
import { fieldPath, notSupported, required, toInvalid, type FieldError } from '../../machinery/field.ts';
import { conflict } from '../../machinery/status-error.ts';
import { checkWith, mutate, type Admission } from '../handlers/admit.ts';
import { optionsObject } from '../handlers/create.ts';
import { writeParameters } from '../handlers/options.ts';
import { readObject } from '../handlers/read-object.ts';
import { kindCodec } from '../registry/codec.ts';
import type { SubresourceHandler } from '../served-resource.ts';
import { deepCopy } from '../../wire/json/deep-copy.ts';

const KIND = { group: '', version: 'v1', kind: 'Binding' } as const;
const BINDING = { group: '', resource: 'pods/binding' };

export function bindingSubresource(deps: { readonly admission: Admission; readonly clock: Clock }): SubresourceHandler {
  return {
    async handle(context, served) {
      const parameters = writeParameters(context.request.query, 'CreateOptions');
      const binding = await readObject(context, kindCodec('core/v1.Binding'), KIND);
      const { namespace } = context.info;
      const name = context.info.name || binding.metadata.name;
      const scope = { admission: deps.admission, context, served, kind: KIND, dryRun: parameters.dryRun, options: optionsObject('CreateOptions', parameters) };
      const admitted = (await mutate(scope, 'CREATE', binding, undefined)) as AnyObject & Binding;
      const errors = validate(admitted);
      if (errors.length > 0) throw toInvalid(KIND, name, errors);
      await checkWith(scope, 'CREATE')(admitted, undefined);
      await served.store.update({
        namespace, name, user: context.user, dryRun: parameters.dryRun, part: 'raw', toCurrent: true,
        change: async (current) => bind(current as AnyObject, admitted, deps.clock.now()),
        check: async () => {},
      });
      return { type: 'object', status: 201, object: { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 } };
    },
  };
}

function validate(binding: Binding): FieldError[] {
  const target = fieldPath('target');
  const errors: FieldError[] = [];
  if (binding.target.kind && binding.target.kind !== 'Node') errors.push(notSupported(target.child('kind'), binding.target.kind, ['Node', '<empty>']));
  if (!binding.target.name) errors.push(required(target.child('name'), ''));
  return errors;
}

function bind(current: AnyObject, binding: AnyObject & Binding, nowMs: number): AnyObject {
  const pod = deepCopy(current) as unknown as Pod;
  const name = pod.metadata.name;
  if (binding.metadata.uid && binding.metadata.uid !== pod.metadata.uid) throw conflict(BINDING, name, `Precondition failed: UID in precondition: ${binding.metadata.uid}, UID in object meta: ${pod.metadata.uid}`);
  if (pod.metadata.deletionTimestamp) throw conflict(BINDING, name, `pod ${name} is being deleted, cannot be assigned to a host`);
  if (pod.spec.nodeName) throw conflict(BINDING, name, `pod ${name} is already assigned to node "${pod.spec.nodeName}"`);
  if ((pod.spec.schedulingGates ?? []).length > 0) throw conflict(BINDING, name, `pod ${name} has non-empty .spec.schedulingGates`);
  pod.spec.nodeName = binding.target.name ?? '';
  if (binding.metadata.annotations) pod.metadata.annotations = { ...pod.metadata.annotations, ...binding.metadata.annotations };
  if (binding.metadata.labels) pod.metadata.labels = { ...pod.metadata.labels, ...binding.metadata.labels };
  setScheduled(pod, nowMs);
  return pod as unknown as AnyObject;
}

function setScheduled(pod: Pod, nowMs: number): void {
  const conditions = (pod.status.conditions ?? []).filter((c) => c.type !== 'PodScheduled');
  const observedGeneration = pod.metadata.generation;
  pod.status = {
    ...pod.status,
    conditions: [...conditions, { type: 'PodScheduled', status: 'True', ...(observedGeneration && { observedGeneration }), lastTransitionTime: formatTime(nowMs) } as NonNullable<Pod['status']['conditions']>[number]],
  };
}
