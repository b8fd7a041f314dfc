/** Several errors as one, as Go's NewAggregate prints them. */
export function aggregate(messages: readonly string[]): Error {
  const unique = [...new Set(messages)];
  return new Error(unique.length === 1 ? unique[0] : `[${unique.join(', ')}]`);
}
