import assert from 'node:assert/strict';
import { test } from 'node:test';
import { KubeconfigError, kubeconfigPaths, kubeconfigText, loadKubeconfig, parseKubeconfig } from './kubeconfig.ts';
import { inClusterConfig, restConfig } from './rest-config.ts';

const FIRST = `
apiVersion: v1
kind: Config
current-context: dev
preferences: {}
clusters:
- name: one
  cluster: {server: https://one:6443, certificate-authority: pki/ca.crt}
users:
- name: admin
  user: {client-certificate-data: Q0VSVA==, client-key-data: S0VZ}
- name: robot
  user: {tokenFile: /tokens/robot, as: jane, as-groups: [g1]}
- name: cloud
  user: {exec: {command: aws}}
contexts:
- name: dev
  context: {cluster: one, user: admin, namespace: shop}
- name: broken
  context: {cluster: nowhere, user: admin}
`;
const SECOND = `{"current-context":"other","clusters":[{"name":"one","cluster":{"server":"https://shadowed"}},{"name":"two","cluster":{"server":"https://two","insecure-skip-tls-verify":true}}],"contexts":[{"name":"two","context":{"cluster":"two","user":"robot"}}]}`;
const files: Record<string, string> = { '/home/u/.kube/config': FIRST, '/etc/second': SECOND };
const read = (path: string) => files[path];

test('the files come from the flag, the environment or the home folder', () => {
  assert.deepEqual(kubeconfigPaths({ explicit: '/x', env: { KUBECONFIG: '/y' }, home: '/h' }), { paths: ['/x'], required: true });
  assert.deepEqual(kubeconfigPaths({ env: { KUBECONFIG: '/y::/z:/y' }, home: '/h' }), { paths: ['/y', '/z'], required: false });
  assert.deepEqual(kubeconfigPaths({ env: {}, home: '/h' }), { paths: ['/h/.kube/config'], required: false });
  assert.throws(() => loadKubeconfig({ paths: ['/none'], required: true }, read), /stat \/none: no such file/);
  assert.equal(loadKubeconfig({ paths: ['/none'], required: false }, read).currentContext, '');
});

test('several files merge, the first counts; file names are relative to their file', () => {
  const config = loadKubeconfig({ paths: ['/home/u/.kube/config', '/none', '/etc/second'], required: false }, read);
  assert.equal(config.currentContext, 'dev');
  assert.deepEqual(config.clusters.get('one'), { server: 'https://one:6443', 'certificate-authority': '/home/u/.kube/pki/ca.crt' });
  assert.deepEqual([...config.contexts.keys()], ['dev', 'broken', 'two']);
  assert.deepEqual(restConfig(config), {
    server: 'https://one:6443',
    namespace: 'shop',
    ca: { file: '/home/u/.kube/pki/ca.crt' },
    insecureSkipVerify: false,
    serverName: undefined,
    certificate: { text: 'CERT' },
    key: { text: 'KEY' },
  });
  const robot = restConfig(config, { context: 'two', namespace: 'x' });
  assert.deepEqual(
    [robot.server, robot.namespace, robot.token, robot.insecureSkipVerify],
    ['https://two', 'x', { file: '/tokens/robot' }, true],
  );
  assert.deepEqual(robot.impersonate, { user: 'jane', uid: undefined, groups: ['g1'], extra: undefined });
});

test('what is missing or not supported says so', () => {
  const config = loadKubeconfig({ paths: ['/home/u/.kube/config'], required: true }, read);
  for (const [overrides, message] of [
    [{ context: 'none' }, /context "none" does not exist/],
    [{ context: 'broken' }, /cluster "nowhere" does not exist/],
    [{ user: 'cloud' }, /exec credential plugin, which is not supported/],
    [{ user: 'ghost' }, /auth info "ghost" does not exist/],
  ] as const) {
    assert.throws(
      () => restConfig(config, overrides),
      (error) => error instanceof KubeconfigError && message.test(error.message),
    );
  }
  assert.throws(() => restConfig(parseKubeconfig('', 'x')), /no configuration has been provided/);
  assert.throws(() => parseKubeconfig('kind: Pod', '/p'), /"\/p": no kind "Pod"/);
  assert.throws(() => parseKubeconfig('a: [', '/p'), /error loading config file "\/p"/);
  assert.throws(() => parseKubeconfig('[1]', '/p'), /no kubeconfig/);
});

test('writing gives back what was read, unknown fields and relative names too', () => {
  const path = '/home/u/.kube/config';
  const config = parseKubeconfig(FIRST, path);
  const text = kubeconfigText(config, path);
  assert.match(text, /certificate-authority: pki\/ca.crt/);
  assert.match(text, /preferences: \{\}/);
  assert.deepEqual(parseKubeconfig(text, path), config);
});

test('in a cluster the service account is used', () => {
  const inside = (path: string) => (path.endsWith('/token') ? 'tok' : path.endsWith('/namespace') ? 'shop\n' : undefined);
  assert.deepEqual(inClusterConfig({ KUBERNETES_SERVICE_HOST: 'fd00::1', KUBERNETES_SERVICE_PORT: '443' }, inside), {
    server: 'https://[fd00::1]:443',
    namespace: 'shop',
    ca: { file: '/var/run/secrets/kubernetes.io/serviceaccount/ca.crt' },
    token: { file: '/var/run/secrets/kubernetes.io/serviceaccount/token' },
  });
  assert.throws(() => inClusterConfig({}, inside), /KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT must be defined/);
});
