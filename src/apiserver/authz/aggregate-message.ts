/** Several error texts as one, as Go's utilerrors.NewAggregate prints them: `a`, or `[a, b]`; repeated ones once. */
export function aggregateMessage(messages: readonly string[]): string {
  const distinct = [...new Set(messages)];
  return distinct.length === 1 ? (distinct[0] ?? '') : `[${distinct.join(', ')}]`;
}
