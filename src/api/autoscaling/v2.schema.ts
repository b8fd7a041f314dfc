/** Schema facts of autoscaling/v2; the notation is described in src/api/schema-text.ts. */
export default `
type ContainerResourceMetricSource
  name 1 string required
  target 2 MetricTarget required
  container 3 string required
type ContainerResourceMetricStatus
  name 1 string required
  current 2 MetricValueStatus required
  container 3 string required
type CrossVersionObjectReference
  kind 1 string required
  name 2 string required
  apiVersion 3 string
type ExternalMetricSource
  metric 1 MetricIdentifier required
  target 2 MetricTarget required
type ExternalMetricStatus
  metric 1 MetricIdentifier required
  current 2 MetricValueStatus required
type HPAScalingPolicy
  type 1 string required
  value 2 int32 required
  periodSeconds 3 int32 required
type HPAScalingRules
  stabilizationWindowSeconds 3 *int32
  selectPolicy 1 *string
  policies 2 []HPAScalingPolicy
  tolerance 4 *Quantity
type HorizontalPodAutoscaler kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 HorizontalPodAutoscalerSpec required
  status 3 HorizontalPodAutoscalerStatus zero={}
type HorizontalPodAutoscalerBehavior
  scaleUp 1 *HPAScalingRules
  scaleDown 2 *HPAScalingRules
type HorizontalPodAutoscalerCondition
  type 1 string required
  status 2 string required
  lastTransitionTime 3 Time
  reason 4 string
  message 5 string
type HorizontalPodAutoscalerList kind
  metadata 1 meta/v1.ListMeta
  items 2 []HorizontalPodAutoscaler required untyped
type HorizontalPodAutoscalerSpec
  scaleTargetRef 1 CrossVersionObjectReference required
  minReplicas 2 *int32
  maxReplicas 3 int32 required
  metrics 4 []MetricSpec
  behavior 5 *HorizontalPodAutoscalerBehavior
type HorizontalPodAutoscalerStatus
  observedGeneration 1 *int64
  lastScaleTime 2 *Time
  currentReplicas 3 int32
  desiredReplicas 4 int32 required
  currentMetrics 5 []MetricStatus emit
  conditions 6 []HorizontalPodAutoscalerCondition map=type patch=merge
type MetricIdentifier
  name 1 string required
  selector 2 *meta/v1.LabelSelector
type MetricSpec
  type 1 string required
  object 2 *ObjectMetricSource
  pods 3 *PodsMetricSource
  resource 4 *ResourceMetricSource
  containerResource 7 *ContainerResourceMetricSource
  external 5 *ExternalMetricSource
type MetricStatus
  type 1 string required
  object 2 *ObjectMetricStatus
  pods 3 *PodsMetricStatus
  resource 4 *ResourceMetricStatus
  containerResource 7 *ContainerResourceMetricStatus
  external 5 *ExternalMetricStatus
type MetricTarget
  type 1 string required
  value 2 *Quantity
  averageValue 3 *Quantity
  averageUtilization 4 *int32
type MetricValueStatus
  value 1 *Quantity
  averageValue 2 *Quantity
  averageUtilization 3 *int32
type ObjectMetricSource
  describedObject 1 CrossVersionObjectReference required
  target 2 MetricTarget required
  metric 3 MetricIdentifier required
type ObjectMetricStatus
  metric 1 MetricIdentifier required
  current 2 MetricValueStatus required
  describedObject 3 CrossVersionObjectReference required
type PodsMetricSource
  metric 1 MetricIdentifier required
  target 2 MetricTarget required
type PodsMetricStatus
  metric 1 MetricIdentifier required
  current 2 MetricValueStatus required
type ResourceMetricSource
  name 1 string required
  target 2 MetricTarget required
type ResourceMetricStatus
  name 1 string required
  current 2 MetricValueStatus required
`;
