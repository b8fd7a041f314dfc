import assert from 'node:assert/strict';
import { test } from 'node:test';
import { imagesToFree } from './image-gc-plan.ts';

const image = (id: string, lastUsed: number, over = {}) => ({ id, bytes: 100, detectedAt: 0, lastUsed, keep: false, ...over });

test('the least recently used go first, until enough is free', () => {
  const images = [
    image('new', 30),
    image('old', 10),
    image('older', 5),
    image('used', 1, { keep: true }),
    image('fresh', 0, { detectedAt: 90 }),
  ];
  const ids = (bytes: number) => imagesToFree(images, bytes, 50).map((i) => i.id);
  assert.deepEqual(ids(150), ['older', 'old']);
  assert.deepEqual(ids(Infinity), ['older', 'old', 'new']);
  assert.deepEqual(ids(0), []);
});
