import type { ReplicationController } from '../../api/core/v1.gen.ts';
import { replicationControllers } from '../../client/resources.ts';
import type { Controller } from '../controller.ts';
import { ReplicaEngine } from '../replicaset/replica-engine.ts';
import { labelsInclude } from '../shared/label-selector.ts';

const NAME = 'replicationcontroller-controller';

export const replicationControllerController: Controller = {
  name: NAME,
  start: (ctx) =>
    new ReplicaEngine<ReplicationController>(ctx, {
      controllerName: NAME,
      ref: replicationControllers,
      apiVersion: 'v1',
      selector:
        ({ spec }) =>
        (labels) =>
          Object.keys(spec.selector ?? {}).length > 0 && labelsInclude(labels, spec.selector),
      countsTerminating: false,
    }).run(),
};
