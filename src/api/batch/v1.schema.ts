/** Schema facts of batch/v1; the notation is described in src/api/schema-text.ts. */
export default `
type CronJob kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 CronJobSpec required
  status 3 CronJobStatus zero={}
type CronJobList kind
  metadata 1 meta/v1.ListMeta
  items 2 []CronJob required untyped
type CronJobSpec
  schedule 1 string required
  timeZone 8 *string
  startingDeadlineSeconds 2 *int64
  concurrencyPolicy 3 string enum=Allow|Forbid|Replace
  suspend 4 *bool
  jobTemplate 5 JobTemplateSpec required
  successfulJobsHistoryLimit 6 *int32
  failedJobsHistoryLimit 7 *int32
type CronJobStatus
  active 1 []core/v1.ObjectReference
  lastScheduleTime 4 *Time
  lastSuccessfulTime 5 *Time
type Job kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 JobSpec zero={}
  status 3 JobStatus zero={}
type JobCondition
  type 1 string required
  status 2 string required
  lastProbeTime 3 Time
  lastTransitionTime 4 Time
  reason 5 string
  message 6 string
type JobList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Job required untyped
type JobSpec
  parallelism 1 *int32
  completions 2 *int32
  activeDeadlineSeconds 3 *int64
  podFailurePolicy 11 *PodFailurePolicy
  successPolicy 16 *SuccessPolicy
  backoffLimit 7 *int32
  backoffLimitPerIndex 12 *int32
  maxFailedIndexes 13 *int32
  selector 4 *meta/v1.LabelSelector
  manualSelector 5 *bool
  template 6 core/v1.PodTemplateSpec required
  ttlSecondsAfterFinished 8 *int32
  completionMode 9 *string enum=Indexed|NonIndexed
  suspend 10 *bool
  podReplacementPolicy 14 *string enum=Failed|TerminatingOrFailed
  managedBy 15 *string
type JobStatus
  conditions 1 []JobCondition patch=merge mergeKey=type
  startTime 2 *Time
  completionTime 3 *Time
  active 4 int32
  succeeded 5 int32
  failed 6 int32
  terminating 11 *int32
  completedIndexes 7 string
  failedIndexes 10 *string
  uncountedTerminatedPods 8 *UncountedTerminatedPods
  ready 9 *int32
type JobTemplateSpec
  metadata 1 meta/v1.ObjectMeta
  spec 2 JobSpec zero={}
type PodFailurePolicy
  rules 1 []PodFailurePolicyRule required
type PodFailurePolicyOnExitCodesRequirement
  containerName 1 *string
  operator 2 string required enum=In|NotIn
  values 3 []int32 required set
type PodFailurePolicyOnPodConditionsPattern
  type 1 string required
  status 2 string emit zero=""
type PodFailurePolicyRule
  action 1 string required enum=Count|FailIndex|FailJob|Ignore
  onExitCodes 2 *PodFailurePolicyOnExitCodesRequirement
  onPodConditions 3 []PodFailurePolicyOnPodConditionsPattern
type SuccessPolicy
  rules 1 []SuccessPolicyRule required
type SuccessPolicyRule
  succeededIndexes 1 *string
  succeededCount 2 *int32
type UncountedTerminatedPods
  succeeded 1 []string set
  failed 2 []string set
`;
