/** JSON text of a value that may hold BigInt (integers beyond 2^53), which JSON.stringify alone refuses. */

// `JSON.rawJSON` is in Node 24 but not in TypeScript's library of this target.
const rawJson = (JSON as unknown as { rawJSON(text: string): unknown }).rawJSON;
const bigintAsNumber = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? rawJson(value.toString()) : value);

/**
 * JSON.stringify for API objects: BigInt prints as an integer; undefined members vanish. The common case (no BigInt) costs
 * what JSON.stringify costs.
 */
export function stringifyJson(value: unknown, indent?: number): string {
  try {
    return JSON.stringify(value, undefined, indent);
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    // Either a BigInt (printed now) or a cycle (thrown again).
    return JSON.stringify(value, bigintAsNumber, indent);
  }
}

const HTML = /[<>&\u2028\u2029]/g;

function escapeHtml(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** encoding/json's Marshal of a value whose keys are already in Go's order: like stringifyJson, with <, >, &, U+2028 and U+2029 escaped. */
export function marshalGo(value: unknown): string {
  const text = stringifyJson(value) ?? 'null';
  // These characters occur only inside strings, so a plain replacement over the whole text is right.
  return text.replace(HTML, escapeHtml);
}
