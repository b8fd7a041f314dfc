import assert from 'node:assert/strict';
import { test } from 'node:test';
import { rewriteHtml } from './rewrite-html.ts';

test('absolute paths in links get the prefix of the proxy, others stay', () => {
  const page = '<a href="/x">1</a><img src=\'/y.png\'><a class="c" href="z">2</a><a href="//host/q">3</a><a href="https://h/">4</a><a href="/p/proxy/x">5</a>';
  assert.equal(
    rewriteHtml(page, '/p/proxy'),
    '<a href="/p/proxy/x">1</a><img src="/p/proxy/y.png"><a class="c" href="z">2</a><a href="//host/q">3</a><a href="https://h/">4</a><a href="/p/proxy/x">5</a>',
  );
});
