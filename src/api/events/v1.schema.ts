/** Schema facts of events/v1; the notation is described in src/api/schema-text.ts. */
export default `
type Event kind
  metadata 1 meta/v1.ObjectMeta
  eventTime 2 MicroTime required zero=null
  series 3 *EventSeries
  reportingController 4 string
  reportingInstance 5 string
  action 6 string
  reason 7 string
  regarding 8 core/v1.ObjectReference zero={}
  related 9 *core/v1.ObjectReference
  note 10 string
  type 11 string
  deprecatedSource 12 core/v1.EventSource zero={}
  deprecatedFirstTimestamp 13 Time
  deprecatedLastTimestamp 14 Time
  deprecatedCount 15 int32
type EventList kind
  metadata 1 meta/v1.ListMeta
  items 2 []Event required untyped
type EventSeries
  count 1 int32 required
  lastObservedTime 2 MicroTime required zero=null
`;
