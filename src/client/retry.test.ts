import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ConfigMap } from '../api/core/v1.gen.ts';
import { FakeClock } from '../base/fake-clock.ts';
import { conflict, expired } from '../machinery/status-error.ts';
import type { ListOptions, ResourceClient } from './client.ts';
import { listPages } from './pager.ts';
import { retryOnConflict } from './retry.ts';

test('a conflict is tried again, up to five times; other errors are not', async () => {
  const clock = new FakeClock();
  const run = async (failures: number, error: Error) => {
    let calls = 0;
    const done = retryOnConflict({ clock }, () => (++calls <= failures ? Promise.reject(error) : Promise.resolve(calls))).catch(
      (e: unknown) => [calls, e],
    );
    for (let i = 0; i < 20; i++) {
      await new Promise<void>((resolve) => setImmediate(resolve));
      await clock.advance(10);
    }
    return done;
  };
  const clash = conflict({ group: '', resource: 'pods' }, 'x', 'modified');
  assert.equal(await run(4, clash), 5);
  assert.deepEqual(await run(9, clash), [5, clash]);
  const other = new Error('other');
  assert.deepEqual(await run(1, other), [1, other]);
});

test('pages follow the token; when it expires the rest comes in one list', async () => {
  const asked: ListOptions[] = [];
  const answers: (Error | { items: string[]; token?: string })[] = [
    { items: ['a', 'b'], token: 't1' },
    { items: ['c'], token: 't2' },
    expired('token too old'),
    { items: ['a', 'b', 'c', 'd'] },
  ];
  const resource = {
    list: (options: ListOptions) => {
      asked.push(options);
      const next = answers.shift();
      return next instanceof Error
        ? Promise.reject(next)
        : Promise.resolve({ metadata: { continue: next?.token }, items: next?.items ?? [] });
    },
  } as unknown as ResourceClient<ConfigMap>;
  const pages: unknown[] = [];
  for await (const page of listPages(resource, { limit: 2, resourceVersion: '0' })) pages.push(page);
  assert.deepEqual(pages, [['a', 'b'], ['c'], ['a', 'b', 'c', 'd']]);
  assert.deepEqual(
    asked.map((o) => [o.limit, o.continue, o.resourceVersion]),
    [
      [2, undefined, '0'],
      [2, 't1', undefined],
      [2, 't2', undefined],
      [undefined, undefined, '0'],
    ],
  );
});
