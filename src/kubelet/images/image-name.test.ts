import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseImageName, withDefaultTag } from './image-name.ts';

const digest = `sha256:${'a'.repeat(64)}`;

for (const [image, repository, tag, found] of [
  ['root', 'docker.io/library/root', 'latest', ''],
  ['root:tag', 'docker.io/library/root', 'tag', ''],
  [`root@${digest}`, 'docker.io/library/root', '', digest],
  ['user/repo', 'docker.io/user/repo', 'latest', ''],
  ['kube.io/user/repo:1', 'kube.io/user/repo', '1', ''],
  ['localhost:5000/x', 'localhost:5000/x', 'latest', ''],
  ['localhost/x:2', 'localhost/x', '2', ''],
] as const) {
  test(image, () => assert.deepEqual(parseImageName(image), { repository, tag, digest: found }));
}

test('bad names say so', () => {
  assert.throws(() => parseImageName('ROOT'), /repository name must be lowercase/);
  assert.throws(() => parseImageName('http://root'), /invalid reference format/);
  assert.throws(() => parseImageName(''), /invalid reference format/);
});

test('the default tag is added only where nothing says which image', () => {
  assert.equal(withDefaultTag('a/b'), 'a/b:latest');
  assert.equal(withDefaultTag('a/b:1'), 'a/b:1');
  assert.equal(withDefaultTag(`a@${digest}`), `a@${digest}`);
});
