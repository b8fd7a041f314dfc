import 'reflect-metadata';
import { BasicConstraintsExtension, SubjectAlternativeNameExtension, X509CertificateGenerator } from '@peculiar/x509';
import assert from 'node:assert/strict';
import { webcrypto } from 'node:crypto';
import { createServer as createPlainServer } from 'node:http';
import { createSecureServer, type Http2ServerRequest, type Http2ServerResponse } from 'node:http2';
import type { AddressInfo, Socket } from 'node:net';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { WebSocketServer } from 'ws';
import { systemClock } from '../host/clock.ts';
import { ConnectionError } from '../host/http-types.ts';
import { StatusError } from '../machinery/status-error.ts';
import { HttpsTransport, type HttpsTransportOptions } from './https-transport.ts';
import type { WatchEvent } from './transport.ts';

type Handler = (request: Http2ServerRequest, response: Http2ServerResponse, body: string) => void;
let handler: Handler = () => {};
let certificate = '';
let key = '';
let port = 0;
let close: () => void = () => {};
const sockets = new Set<Socket>();

async function selfSigned(): Promise<void> {
  const keys = await webcrypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, ['sign', 'verify']);
  const made = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test',
    keys,
    signingAlgorithm: { name: 'ECDSA', hash: 'SHA-256' },
    notBefore: new Date(Date.now() - 60_000),
    notAfter: new Date(Date.now() + 3_600_000),
    extensions: [new BasicConstraintsExtension(true), new SubjectAlternativeNameExtension([{ type: 'ip', value: '127.0.0.1' }])],
  });
  certificate = made.toString('pem');
  const der = Buffer.from(await webcrypto.subtle.exportKey('pkcs8', keys.privateKey)).toString('base64');
  key = `-----BEGIN PRIVATE KEY-----\n${der}\n-----END PRIVATE KEY-----\n`;
}

before(async () => {
  await selfSigned();
  const server = createSecureServer(
    { cert: certificate, key, allowHTTP1: true, settings: { maxConcurrentStreams: 5 } },
    (request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => handler(request, response, Buffer.concat(chunks).toString()));
    },
  );
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.on('close', () => sockets.delete(socket));
  });
  const webSockets = new WebSocketServer({ noServer: true, handleProtocols: (offered) => [...offered][0] ?? false });
  server.on('upgrade', (request, socket, head) => {
    if (request.url?.includes('refuse'))
      return void socket.end(
        'HTTP/1.1 403 Forbidden\r\nContent-Type: application/json\r\nConnection: close\r\n\r\n{"kind":"Status","apiVersion":"v1","status":"Failure","message":"no exec for you","reason":"Forbidden","code":403}',
      );
    webSockets.handleUpgrade(request, socket as Socket, head, (ws) => {
      ws.on('message', (data) => ws.send(Buffer.concat([Buffer.from(`${request.headers.authorization ?? '-'} `), data as Buffer])));
      ws.on('close', () => ws.terminate());
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  port = (server.address() as AddressInfo).port;
  close = () => {
    for (const socket of sockets) socket.destroy();
    server.close();
  };
});
after(() => close());

function connect(options: Partial<HttpsTransportOptions> = {}): HttpsTransport {
  return new HttpsTransport({ server: `https://127.0.0.1:${port}`, clock: systemClock, tls: { ca: certificate }, ...options });
}

function answer(response: Http2ServerResponse, status: number, body: unknown, headers: Record<string, string> = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

for (const http1Only of [false, true]) {
  describe(http1Only ? 'HTTP/1.1' : 'HTTP/2', () => {
    const withTransport = async (options: Partial<HttpsTransportOptions>, body: (transport: HttpsTransport) => Promise<void>) => {
      const transport = connect({ http1Only, ...options });
      try {
        await body(transport);
      } finally {
        await transport.close();
      }
    };

    test('sends method, path, query, headers and JSON; answers the decoded JSON with exact integers', () =>
      withTransport(
        { token: 'secret', userAgent: 'agent/1', impersonate: { user: 'jane', groups: ['a', 'b'], extra: { 'X/y': ['1'] } } },
        async (transport) => {
          handler = (request, response, body) => {
            const {
              authorization,
              accept,
              'user-agent': agent,
              'impersonate-user': user,
              'impersonate-group': groups,
              'impersonate-extra-x%2fy': extra,
            } = request.headers;
            answer(
              response,
              201,
              `{"seen":${JSON.stringify([request.httpVersion, request.method, request.url, authorization, accept, agent, user, groups, extra, body])},"big":9007199254740993}`,
            );
          };
          const { status, body } = await transport.request({
            method: 'POST',
            path: '/api/v1/namespaces/x/pods',
            query: { dryRun: 'All', command: ['a b', 'c&d'], limit: 5, none: undefined, yes: true },
            body: { big: 9007199254740993n },
          });
          assert.equal(status, 201);
          assert.deepEqual(body, {
            seen: [
              http1Only ? '1.1' : '2.0',
              'POST',
              '/api/v1/namespaces/x/pods?dryRun=All&command=a+b&command=c%26d&limit=5&yes=true',
              'Bearer secret',
              'application/json',
              'agent/1',
              'jane',
              'a, b',
              '1',
              '{"big":9007199254740993}',
            ],
            big: 9007199254740993n,
          });
        },
      ));

    test('every status from 400 on is a StatusError: the Status sent, or one made of the code', () =>
      withTransport({}, async (transport) => {
        const status = {
          kind: 'Status',
          apiVersion: 'v1',
          status: 'Failure',
          message: 'pods "x" not found',
          reason: 'NotFound',
          details: { name: 'x', kind: 'pods' },
          code: 404,
        };
        handler = (_request, response) => answer(response, 404, status);
        await assert.rejects(
          transport.request({ method: 'GET', path: '/x' }),
          (error) => error instanceof StatusError && error.reason === 'NotFound' && error.status.details?.name === 'x',
        );
        handler = (_request, response) => answer(response, 404, '<html>', { 'content-type': 'text/html' });
        await assert.rejects(
          transport.request({ method: 'GET', path: '/x' }),
          /the server could not find the requested resource \(get \/x\)/,
        );
        handler = (_request, response) => answer(response, 500, 'boom');
        await assert.rejects(
          transport.request({ method: 'GET', path: '/x' }),
          (error) => error instanceof StatusError && error.code === 500 && /an error on the server \("boom"\)/.test(error.message),
        );
        for (const call of [
          () => transport.stream({ method: 'GET', path: '/x' }),
          () => transport.watch({ method: 'GET', path: '/x' })[Symbol.asyncIterator]().next(),
        ])
          await assert.rejects(call, StatusError);
      }));

    test('Retry-After is honoured for 429, and for 5xx when the request may be repeated', () =>
      withTransport({}, async (transport) => {
        let tries = 0;
        const failing =
          (code: number): Handler =>
          (_request, response) =>
            ++tries < 3 ? answer(response, code, '', { 'retry-after': '0' }) : answer(response, 200, {});
        handler = failing(429);
        await transport.request({ method: 'POST', path: '/x', body: {} });
        assert.equal(tries, 3);
        tries = 0;
        handler = failing(503);
        await transport.request({ method: 'GET', path: '/x' });
        assert.equal(tries, 3);
        tries = 0;
        await assert.rejects(
          transport.request({ method: 'POST', path: '/x', body: {} }),
          (error) => error instanceof StatusError && error.code === 503,
        );
        assert.equal(tries, 1);
      }));

    test('watch gives each frame as it comes, however cut, and ends with the server or the signal', () =>
      withTransport({}, async (transport) => {
        const frames = [
          '{"type":"ADDED","object":{"n":1}}\n',
          '{"type":"MODIFIED","object":{"s":"ü',
          '"}}\n{"type":"BOOKMARK","object":{}}\n',
        ];
        handler = (request, response) => {
          assert.match(request.url, /watch=true/);
          response.writeHead(200, { 'content-type': 'application/json;stream=watch' });
          const [first = '', second = '', third = ''] = frames;
          response.write(first);
          const bytes = Buffer.from(second);
          setTimeout(() => response.write(bytes.subarray(0, bytes.length - 1)), 10);
          setTimeout(() => response.write(Buffer.concat([bytes.subarray(bytes.length - 1), Buffer.from(third)])), 20);
          if (request.url.includes('ends')) setTimeout(() => response.end(), 30);
        };
        const seen: WatchEvent[] = [];
        for await (const event of transport.watch({ method: 'GET', path: '/ends' })) seen.push(event);
        assert.deepEqual(seen, [
          { type: 'ADDED', object: { n: 1 } },
          { type: 'MODIFIED', object: { s: 'ü' } },
          { type: 'BOOKMARK', object: {} },
        ]);
        const abort = new AbortController();
        let count = 0;
        for await (const _ of transport.watch({ method: 'GET', path: '/lasts', signal: abort.signal })) if (++count === 3) abort.abort();
        assert.equal(count, 3);
      }));

    test('packed answers are unpacked; streams give raw bytes', () =>
      withTransport({ compression: true }, async (transport) => {
        handler = (request, response) => {
          assert.equal(request.headers['accept-encoding'], 'gzip');
          response.writeHead(200, { 'content-type': 'application/json', 'content-encoding': 'gzip' });
          response.end(gzipSync('{"packed":true}'));
        };
        assert.deepEqual((await transport.request({ method: 'GET', path: '/x' })).body, { packed: true });
        const chunks: Uint8Array[] = [];
        for await (const chunk of (await transport.stream({ method: 'GET', path: '/x' })).body) chunks.push(chunk);
        assert.equal(Buffer.concat(chunks).toString(), '{"packed":true}');
      }));

    test('many requests and watches at a time go through, also beyond the streams of one connection', () =>
      withTransport({}, async (transport) => {
        handler = (request, response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          if (request.url.includes('watch')) response.write('{"type":"ADDED","object":{}}\n');
          else response.end(JSON.stringify({ path: request.url }));
        };
        const abort = new AbortController();
        const watches = Array.from({ length: 12 }, () =>
          transport.watch({ method: 'GET', path: '/w', signal: abort.signal })[Symbol.asyncIterator](),
        );
        await Promise.all(watches.map((watch) => watch.next()));
        const answers = await Promise.all(Array.from({ length: 20 }, (_, i) => transport.request({ method: 'GET', path: `/${i}` })));
        assert.deepEqual(
          answers.map(({ body }) => (body as { path: string }).path),
          Array.from({ length: 20 }, (_, i) => `/${i}`),
        );
        abort.abort();
        await Promise.all(watches.map((watch) => watch.next()));
      }));

    test('a cut connection is an error for the watch and repaired for the next request', () =>
      withTransport({}, async (transport) => {
        handler = (request, response) => {
          response.writeHead(200, { 'content-type': 'application/json' });
          if (request.url.includes('watch')) response.write('{"type":"ADDED","object":{}}\n');
          else response.end('{}');
        };
        const watch = transport.watch({ method: 'GET', path: '/w' })[Symbol.asyncIterator]();
        await watch.next();
        for (const socket of sockets) socket.destroy();
        await assert.rejects(watch.next());
        assert.equal((await transport.request({ method: 'GET', path: '/x' })).status, 200);
      }));

    test('no answer in time, an aborted request, a server that is not there, a certificate of somebody else', async () => {
      handler = () => {};
      await withTransport({ timeoutMs: 50 }, async (transport) => {
        await assert.rejects(
          transport.request({ method: 'GET', path: '/x' }),
          (error) => error instanceof ConnectionError && error.code === 'ETIMEDOUT',
        );
        const abort = new AbortController();
        setTimeout(() => abort.abort(new Error('enough')), 10);
        await assert.rejects(transport.request({ method: 'GET', path: '/x', signal: abort.signal }), /enough/);
      });
      await withTransport({ server: 'https://127.0.0.1:1' }, async (transport) => {
        await assert.rejects(
          transport.request({ method: 'GET', path: '/x' }),
          (error) => error instanceof ConnectionError && error.code === 'ECONNREFUSED',
        );
      });
      await withTransport({ tls: {} }, async (transport) => {
        await assert.rejects(
          transport.request({ method: 'GET', path: '/x' }),
          (error) => error instanceof ConnectionError && /SELF_SIGNED|VERIFY/.test(error.code),
        );
      });
      handler = (_request, response) => answer(response, 200, {});
      await withTransport({ tls: { insecureSkipVerify: true } }, async (transport) => {
        assert.equal((await transport.request({ method: 'GET', path: '/x' })).status, 200);
      });
    });
  });
}

test('upgrade opens a WebSocket with credentials, or says why not', async () => {
  const transport = connect({ token: 'secret' });
  const socket = await transport.upgrade({ path: '/exec', query: { command: ['ls', '-l'] } }, ['v5.channel.k8s.io', 'v4.channel.k8s.io']);
  assert.equal(socket.protocol, 'v5.channel.k8s.io');
  await socket.send(Buffer.from('hello'));
  for await (const message of socket.messages) {
    assert.equal(Buffer.from(message).toString(), 'Bearer secret hello');
    socket.close();
  }
  await assert.rejects(
    transport.upgrade({ path: '/refuse' }, ['v5.channel.k8s.io']),
    (error) => error instanceof StatusError && error.message === 'no exec for you',
  );
  await transport.close();
});

test('plain http:// works too, with a path before every request', async () => {
  const server = createPlainServer((request, response) => response.end(request.url));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const transport = new HttpsTransport({
    server: `http://127.0.0.1:${(server.address() as AddressInfo).port}/behind/proxy/`,
    clock: systemClock,
  });
  assert.equal((await transport.request({ method: 'GET', path: '/version' })).body, '/behind/proxy/version');
  await transport.close();
  server.close();
});
