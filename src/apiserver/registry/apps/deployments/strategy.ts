import type { Strategy } from '../../strategy.ts';

export const deploymentStrategy: Strategy = {
  status: {
    prepareForUpdate(object, old) {
      if (old.metadata.labels === undefined) delete object.metadata.labels;
      else object.metadata.labels = old.metadata.labels;
    },
  },
};
