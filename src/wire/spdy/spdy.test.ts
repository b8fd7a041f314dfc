import assert from 'node:assert/strict';
import { test } from 'node:test';
import { controlFrame, dataFrame, FrameReader } from './frames.ts';
import { HeaderPacker, HeaderUnpacker } from './header-codec.ts';
import { HEADER_DICTIONARY } from './header-dictionary.ts';

test('the dictionary has the length the protocol gives it', () => {
  assert.equal(HEADER_DICTIONARY.length, 1423);
});

test('header blocks of a connection build on each other', async () => {
  const packer = new HeaderPacker();
  const unpacker = new HeaderUnpacker();
  for (const headers of [{ streamtype: 'error' }, { streamtype: 'stdin', 'x-y': 'ü' }, {}]) {
    assert.deepEqual(await unpacker.unpack(await packer.pack(headers)), headers);
  }
});

test('frames survive being cut anywhere', () => {
  const bytes = Buffer.concat([dataFrame(3, Buffer.from('abc'), true), controlFrame(6, 0, Buffer.from([0, 0, 0, 1]))]);
  for (let cut = 0; cut <= bytes.length; cut++) {
    const reader = new FrameReader();
    const frames = [...reader.push(bytes.subarray(0, cut)), ...reader.push(bytes.subarray(cut))];
    assert.equal(frames.length, 2);
    assert.deepEqual(frames[0], { kind: 'data', streamId: 3, flags: 1, payload: Buffer.from('abc') });
  }
});
