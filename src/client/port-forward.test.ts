import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPortForward } from './port-forward.ts';
import type { Transport, UpgradeRequest } from './transport.ts';

async function open(script: readonly (readonly number[])[]) {
  const sent: string[] = [];
  const asked: UpgradeRequest[] = [];
  const transport = {
    upgrade: (request: UpgradeRequest) => {
      asked.push(request);
      return Promise.resolve({
        protocol: 'v4.channel.k8s.io',
        send: (data: Uint8Array) => Promise.resolve(void sent.push(Buffer.from(data).toString('hex'))),
        messages: (async function* () {
          for (const bytes of script) yield Uint8Array.from(bytes);
        })(),
        close: () => void sent.push('close'),
      });
    },
  } as unknown as Transport;
  const connection = await openPortForward({ transport, namespace: 'shop', pod: 'web-1', port: 8080 });
  return { connection, sent, asked };
}

async function text(data: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of data) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

test('the port in front of each channel is not data, however it is cut', async () => {
  const { connection, sent, asked } = await open([
    [0, 0x90],
    [0, 0x1f, 0x61],
    [1, 0x90, 0x1f],
    [0, 0x62, 0x63],
  ]);
  await connection.send(Buffer.from('hi'));
  assert.equal(await text(connection.data), 'abc');
  connection.close();
  assert.deepEqual(sent, ['006869', 'close']);
  assert.deepEqual([asked[0]?.path, asked[0]?.query], ['/api/v1/namespaces/shop/pods/web-1/portforward', { ports: 8080 }]);
});

test('what comes on the error channel is the error', async () => {
  const { connection } = await open([
    [0, 0x90, 0x1f],
    [1, 0x90, 0x1f],
    [1, ...Buffer.from('connection refused')],
  ]);
  await assert.rejects(text(connection.data), /connection refused/);
});
