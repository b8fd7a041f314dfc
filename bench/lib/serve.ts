/** The API server alone on LMDB, in a process of its own. Forked by own-server.ts with a directory; tells its port, answers `usage`. */
import { join } from 'node:path';
import { CONTROLLER_MANAGER } from '../../src/apiserver/authn/component-users.ts';
import { startApiServer } from '../../src/apiserver/server.ts';
import { Client } from '../../src/client/client.ts';
import { serviceAccounts } from '../../src/client/resources.ts';
import { systemClock, systemRandom } from '../../src/host/clock.ts';
import { lineLogger } from '../../src/host/log.ts';
import { makeTestPki, newPrivateKey } from '../../src/sim/cluster/test-pki.ts';
import { lmdbStorage } from '../../src/storage/drivers/lmdb/lmdb-storage.ts';

const [directory = '', token = ''] = process.argv.slice(2);
const pki = makeTestPki(systemClock, systemRandom);
const host = '127.0.0.1';
const { certificate: cert, key } = pki.issue({ commonName: 'kube-apiserver', usage: 'server', ipAddresses: [host] });
const storage = lmdbStorage({ directory: join(directory, 'data') });
const server = await startApiServer({
  storage,
  clock: systemClock,
  random: systemRandom,
  log: lineLogger({ level: 'warn' }),
  clientCa: pki.ca.certificate,
  https: { cert, key, host, port: 0 },
  serviceAccountKeys: [newPrivateKey()],
  serviceAccountIssuer: 'https://kubernetes.default.svc',
  serviceCidrs: ['10.96.0.0/16'],
  staticTokens: new Map([[token, { name: 'admin', groups: ['system:masters'] }]]),
  enableAdmissionPlugins: ['NodeRestriction'],
});
const client = new Client(server.transport({ ...CONTROLLER_MANAGER, groups: ['system:masters', ...CONTROLLER_MANAGER.groups] }, 'bench'));
await client.resource(serviceAccounts).create({ metadata: { name: 'default', namespace: 'default' } });

process.on('message', (message) => {
  if (message === 'usage') process.send?.({ cpu: process.cpuUsage(), memory: process.memoryUsage() });
  if (message === 'stop') {
    void server
      .stop(0)
      .then(() => storage.close())
      .then(() => process.exit(0));
  }
});
process.send?.({ port: server.port });
