import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scaledValue } from './scaled-value.ts';

// TestGetScaledValueFromIntOrPercent of apimachinery.
test('numbers stay, percentages scale and round', () => {
  assert.equal(scaledValue(123, 1, true), 123);
  assert.equal(scaledValue('90%', 100, true), 90);
  assert.equal(scaledValue('90%', 95, true), 86);
  assert.equal(scaledValue('90%', 95, false), 85);
  assert.equal(scaledValue(undefined, 100, true), 0);
  assert.throws(() => scaledValue('90#', 100, true), /not a percentage/);
});
