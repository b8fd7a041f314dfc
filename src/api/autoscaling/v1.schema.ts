/** Schema facts of autoscaling/v1; the notation is described in src/api/schema-text.ts. */
export default `
type CrossVersionObjectReference atomic
  kind 1 string required
  name 2 string required
  apiVersion 3 string
type HorizontalPodAutoscaler kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 HorizontalPodAutoscalerSpec required
  status 3 HorizontalPodAutoscalerStatus zero={}
type HorizontalPodAutoscalerList kind
  metadata 1 meta/v1.ListMeta
  items 2 []HorizontalPodAutoscaler required untyped
type HorizontalPodAutoscalerSpec
  scaleTargetRef 1 CrossVersionObjectReference required
  minReplicas 2 *int32
  maxReplicas 3 int32 required
  targetCPUUtilizationPercentage 4 *int32
type HorizontalPodAutoscalerStatus
  observedGeneration 1 *int64
  lastScaleTime 2 *Time
  currentReplicas 3 int32 required
  desiredReplicas 4 int32 required
  currentCPUUtilizationPercentage 5 *int32
type Scale kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 ScaleSpec zero={}
  status 3 ScaleStatus zero={}
type ScaleSpec
  replicas 1 int32 zero=0
type ScaleStatus
  replicas 1 int32 required
  selector 2 string
`;
