import type { ReplicaSet } from '../../api/apps/v1.gen.ts';
import { replicaSets } from '../../client/resources.ts';
import type { Controller } from '../controller.ts';
import { isEmptySelector, labelMatcher } from '../shared/label-selector.ts';
import { ReplicaEngine } from './replica-engine.ts';

const NAME = 'replicaset-controller';

export const replicaSetController: Controller = {
  name: NAME,
  start: (ctx) =>
    new ReplicaEngine<ReplicaSet>(ctx, {
      controllerName: NAME,
      ref: replicaSets,
      apiVersion: 'apps/v1',
      selector: (rs) => (isEmptySelector(rs.spec.selector) ? () => false : labelMatcher(rs.spec.selector)),
      countsTerminating: true,
    }).run(),
};
