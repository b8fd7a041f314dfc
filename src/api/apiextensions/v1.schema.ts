/** Schema facts of apiextensions/v1; the notation is described in src/api/schema-text.ts. */
export default `
type CustomResourceColumnDefinition
  name 1 string required
  type 2 string required
  format 3 string
  description 4 string
  priority 5 int32
  jsonPath 6 string required
type CustomResourceConversion
  strategy 1 string required
  webhook 2 *WebhookConversion
type CustomResourceDefinition kind
  metadata 1 meta/v1.ObjectMeta
  spec 2 CustomResourceDefinitionSpec required
  status 3 CustomResourceDefinitionStatus zero={}
type CustomResourceDefinitionCondition
  type 1 string required
  status 2 string required
  lastTransitionTime 3 Time
  reason 4 string
  message 5 string
  observedGeneration 6 int64
type CustomResourceDefinitionList kind
  metadata 1 meta/v1.ListMeta
  items 2 []CustomResourceDefinition required untyped
type CustomResourceDefinitionNames
  plural 1 string required
  singular 2 string
  shortNames 3 []string
  kind 4 string required
  listKind 5 string
  categories 6 []string
type CustomResourceDefinitionSpec
  group 1 string required
  names 3 CustomResourceDefinitionNames required
  scope 4 string required
  versions 7 []CustomResourceDefinitionVersion required
  conversion 9 *CustomResourceConversion
  preserveUnknownFields 10 bool
type CustomResourceDefinitionStatus
  conditions 1 []CustomResourceDefinitionCondition emit map=type mergeKey=
  acceptedNames 2 CustomResourceDefinitionNames zero={}
  storedVersions 3 []string emit
  observedGeneration 4 int64
type CustomResourceDefinitionVersion
  name 1 string required
  served 2 bool required
  storage 3 bool required
  deprecated 7 bool
  deprecationWarning 8 *string
  schema 4 *CustomResourceValidation
  subresources 5 *CustomResourceSubresources
  additionalPrinterColumns 6 []CustomResourceColumnDefinition
  selectableFields 9 []SelectableField
type CustomResourceSubresourceScale
  specReplicasPath 1 string required
  statusReplicasPath 2 string required
  labelSelectorPath 3 *string
type CustomResourceSubresourceStatus
type CustomResourceSubresources
  status 1 *CustomResourceSubresourceStatus
  scale 2 *CustomResourceSubresourceScale
type CustomResourceValidation
  openAPIV3Schema 1 *JSONSchemaProps
type ExternalDocumentation
  description 1 string
  url 2 string
type JSONSchemaProps
  id 1 string
  $schema 2 string
  $ref 3 *string
  description 4 string
  type 5 string
  format 6 string
  title 7 string
  default 8 *JSON
  maximum 9 *double
  exclusiveMaximum 10 bool
  minimum 11 *double
  exclusiveMinimum 12 bool
  maxLength 13 *int64
  minLength 14 *int64
  pattern 15 string
  maxItems 16 *int64
  minItems 17 *int64
  uniqueItems 18 bool
  multipleOf 19 *double
  enum 20 []JSON
  maxProperties 21 *int64
  minProperties 22 *int64
  required 23 []string
  items 24 *JSONSchemaPropsOrArray
  allOf 25 []JSONSchemaProps
  oneOf 26 []JSONSchemaProps
  anyOf 27 []JSONSchemaProps
  not 28 *JSONSchemaProps
  properties 29 map[]JSONSchemaProps
  additionalProperties 30 *JSONSchemaPropsOrBool
  patternProperties 31 map[]JSONSchemaProps
  dependencies 32 map[]JSONSchemaPropsOrStringArray
  additionalItems 33 *JSONSchemaPropsOrBool
  definitions 34 map[]JSONSchemaProps
  externalDocs 35 *ExternalDocumentation
  example 36 *JSON
  nullable 37 bool
  x-kubernetes-preserve-unknown-fields 38 *bool
  x-kubernetes-embedded-resource 39 bool
  x-kubernetes-int-or-string 40 bool
  x-kubernetes-list-map-keys 41 []string
  x-kubernetes-list-type 42 *string
  x-kubernetes-map-type 43 *string
  x-kubernetes-validations 44 []ValidationRule map=rule patch=merge
type SelectableField
  jsonPath 1 string required
type ServiceReference
  namespace 1 string required
  name 2 string required
  path 3 *string
  port 4 *int32
type ValidationRule
  rule 1 string required
  message 2 string
  messageExpression 3 string
  reason 4 *string enum=FieldValueDuplicate|FieldValueForbidden|FieldValueInvalid|FieldValueRequired
  fieldPath 5 string
  optionalOldSelf 6 *bool
type WebhookClientConfig
  url 3 *string
  service 1 *ServiceReference
  caBundle 2 bytes
type WebhookConversion
  clientConfig 2 *WebhookClientConfig
  conversionReviewVersions 3 []string required
`;
