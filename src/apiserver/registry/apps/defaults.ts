/** Defaults of workloads (pkg/apis/apps/v1/defaults.go). */
import type { DaemonSet, Deployment, ReplicaSet, StatefulSet } from '../../../api/apps/v1.gen.ts';
import { rule, type DefaultRules } from '../shared/defaulting.ts';

const REVISION_HISTORY_LIMIT = 10;

export const appsDefaults: DefaultRules = {
  'apps/v1.Deployment': rule(defaultDeployment),
  'apps/v1.DaemonSet': rule(defaultDaemonSet),
  'apps/v1.StatefulSet': rule(defaultStatefulSet),
  'apps/v1.ReplicaSet': rule<ReplicaSet>(({ spec }) => void (spec.replicas ??= 1)),
};

function defaultDeployment({ spec }: Deployment): void {
  spec.replicas ??= 1;
  const strategy = (spec.strategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.maxUnavailable ??= '25%';
    strategy.rollingUpdate.maxSurge ??= '25%';
  }
  spec.revisionHistoryLimit ??= REVISION_HISTORY_LIMIT;
  spec.progressDeadlineSeconds ??= 600;
}

function defaultDaemonSet({ spec }: DaemonSet): void {
  const strategy = (spec.updateStrategy ??= {});
  strategy.type ||= 'RollingUpdate';
  if (strategy.type === 'RollingUpdate') {
    strategy.rollingUpdate ??= {};
    strategy.rollingUpdate.maxUnavailable ??= 1;
    strategy.rollingUpdate.maxSurge ??= 0;
  }
  spec.revisionHistoryLimit ??= REVISION_HISTORY_LIMIT;
}

function defaultStatefulSet({ spec }: StatefulSet): void {
  spec.podManagementPolicy ||= 'OrderedReady';
  const strategy = (spec.updateStrategy ??= {});
  if (!strategy.type) {
    strategy.type = 'RollingUpdate';
    strategy.rollingUpdate ??= {};
  }
  if (strategy.type === 'RollingUpdate' && strategy.rollingUpdate) strategy.rollingUpdate.partition ??= 0;
  const retention = (spec.persistentVolumeClaimRetentionPolicy ??= {});
  retention.whenDeleted ||= 'Retain';
  retention.whenScaled ||= 'Retain';
  spec.replicas ??= 1;
  spec.revisionHistoryLimit ??= REVISION_HISTORY_LIMIT;
  for (const template of spec.volumeClaimTemplates ?? []) Object.assign(template, { apiVersion: 'v1', kind: 'PersistentVolumeClaim' });
}
