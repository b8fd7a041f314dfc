import { test } from 'node:test';
import assert from 'node:assert/strict';
import { encodeWatchEvent, encodeWatchFrame, WatchFrameDecoder, WatchFrameError } from './json-frames.ts';

const FRAMES = [
  { type: 'ADDED', object: { kind: 'Pod', metadata: { name: 'ä\n"', generation: 9007199254740993n } } },
  { type: 'BOOKMARK', object: {} },
  { type: 'DELETED', object: null },
];

test('frames survive any cut of the stream', () => {
  const stream = Buffer.from(FRAMES.map((f) => encodeWatchEvent(f.type, f.object)).join(''));
  for (let size = 1; size <= stream.length; size++) {
    const decoder = new WatchFrameDecoder();
    const got = [];
    for (let at = 0; at < stream.length; at += size) got.push(...decoder.push(stream.subarray(at, at + size)));
    assert.deepEqual(got, FRAMES, `in chunks of ${size}`);
    assert.equal(decoder.end(), undefined);
  }
});

test('an object serialised once is put in as it is', () => {
  assert.equal(encodeWatchFrame('MODIFIED', '{"a":1}'), '{"type":"MODIFIED","object":{"a":1}}\n');
});

test('the last line may lack its end, blank lines are skipped, cut and oversized frames are refused', () => {
  const decoder = new WatchFrameDecoder();
  assert.deepEqual(decoder.push(Buffer.from('\n\r\n{"type":"ADDED","object":{}}')), []);
  assert.deepEqual(decoder.end(), { type: 'ADDED', object: {} });
  decoder.push(Buffer.from('{"type":"ADD'));
  assert.throws(() => decoder.end(), WatchFrameError);
  assert.throws(() => new WatchFrameDecoder().push(Buffer.from('{}\n')), WatchFrameError);
  assert.throws(() => new WatchFrameDecoder({ maxFrameBytes: 10 }).push(Buffer.from('x'.repeat(11))), WatchFrameError);
});

test('a chunk may be reused by its owner', () => {
  const decoder = new WatchFrameDecoder();
  const chunk = Buffer.from('{"type":"ADDED",');
  decoder.push(chunk);
  chunk.fill(0x78);
  assert.deepEqual(decoder.push(Buffer.from('"object":1}\n')), [{ type: 'ADDED', object: 1 }]);
});
