import { test } from 'node:test';
import assert from 'node:assert/strict';
import { WatchFrameError } from './json-frames.ts';
import { LengthFrameDecoder } from './length-frames.ts';

test('frames of any length come out whole, empty ones too', () => {
  const decoder = new LengthFrameDecoder();
  assert.deepEqual(decoder.push(Buffer.from([0, 0])), []);
  assert.deepEqual(decoder.push(Buffer.from([0, 2, 1])), []);
  assert.deepEqual(decoder.push(Buffer.from([2, 0, 0, 0, 0, 0, 0, 0, 1, 3])), [Buffer.from([1, 2]), Buffer.alloc(0), Buffer.from([3])]);
  decoder.end();
});

test('oversized and cut frames are refused', () => {
  assert.throws(() => new LengthFrameDecoder({ maxFrameBytes: 10 }).push(Buffer.from([0, 0, 0, 11])), WatchFrameError);
  const decoder = new LengthFrameDecoder();
  decoder.push(Buffer.from([0, 0, 0, 1]));
  assert.throws(() => decoder.end(), WatchFrameError);
});
