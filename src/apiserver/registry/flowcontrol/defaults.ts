/** Defaults of API priority and fairness (pkg/apis/flowcontrol/v1/defaults.go). */
import type {
  ExemptPriorityLevelConfiguration,
  FlowSchemaSpec,
  LimitedPriorityLevelConfiguration,
  QueuingConfiguration,
} from '../../../api/flowcontrol/v1.gen.ts';
import { rule, type DefaultRules } from '../shared/defaulting.ts';

export const flowControlDefaults: DefaultRules = {
  'flowcontrol/v1.FlowSchemaSpec': rule<FlowSchemaSpec>((spec) => void (spec.matchingPrecedence ||= 1000)),
  'flowcontrol/v1.ExemptPriorityLevelConfiguration': rule<ExemptPriorityLevelConfiguration>((level) => {
    level.nominalConcurrencyShares ??= 0;
    level.lendablePercent ??= 0;
  }),
  'flowcontrol/v1.LimitedPriorityLevelConfiguration': rule<LimitedPriorityLevelConfiguration>((level) => {
    level.nominalConcurrencyShares ??= 30;
    level.lendablePercent ??= 0;
  }),
  'flowcontrol/v1.QueuingConfiguration': rule<QueuingConfiguration>((queuing) => {
    queuing.handSize ||= 8;
    queuing.queues ||= 64;
    queuing.queueLengthLimit ||= 50;
  }),
};
