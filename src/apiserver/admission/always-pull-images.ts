import { fieldPath, notSupported } from '../../machinery/field.ts';
import { aggregateMessage } from '../authz/aggregate-message.ts';
import type { AdmissionAttributes, AdmissionPlugin } from './admission.ts';
import { denied, isFor } from './attributes.ts';
import { onOperations } from './operations.ts';
import { allContainers, asPod } from './pod/pod-of.ts';

/** Images are pulled anew for each container, so that a private image is not used by who may not pull it. Off by default. */
export const alwaysPullImages: AdmissionPlugin = {
  name: 'AlwaysPullImages',
  handles: onOperations('CREATE', 'UPDATE'),
  async admit(a) {
    if (!applies(a)) return;
    const pod = asPod(a.object);
    for (const { container } of allContainers(pod)) container.imagePullPolicy = 'Always';
    for (const volume of pod.spec?.volumes ?? []) if (volume.image) volume.image.pullPolicy = 'Always';
  },
  async validate(a) {
    if (!applies(a)) return;
    const pod = asPod(a.object);
    const problems: string[] = [];
    for (const { container, field, index } of allContainers(pod)) {
      if (container.imagePullPolicy !== 'Always')
        problems.push(
          String(notSupported(fieldPath('spec', field).index(index).child('imagePullPolicy'), container.imagePullPolicy ?? '', ['Always'])),
        );
    }
    for (const [i, { image }] of (pod.spec?.volumes ?? []).entries()) {
      if (image && image.pullPolicy !== 'Always')
        problems.push(
          String(notSupported(fieldPath('spec', 'volumes').index(i).child('image', 'pullPolicy'), image.pullPolicy ?? '', ['Always'])),
        );
    }
    if (problems.length > 0) throw denied(a, aggregateMessage(problems));
  },
};

/** An update that brings no new image is left alone. */
function applies(a: AdmissionAttributes): boolean {
  if (!isFor(a, '', 'pods')) return false;
  if (a.operation !== 'UPDATE') return true;
  const old = new Set(allContainers(asPod(a.oldObject)).map(({ container }) => container.image));
  return allContainers(asPod(a.object)).some(({ container }) => !old.has(container.image));
}
