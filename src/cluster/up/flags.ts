import type { FlagValues } from '../cli/flags.ts';
import { dataDirFlag } from '../config/open-cluster.ts';

export const UP_FLAGS = {
  'data-dir': dataDirFlag,
  nodes: { type: 'int', help: 'number of nodes; more than one live in network namespaces of this machine (1, or as before)', short: '-n' },
  'node-name': { type: 'string', help: "name of the node when there is one (the machine's host name)" },
  port: { type: 'int', help: "the API server's port (6443, or as before)" },
  'service-cluster-ip-range': { type: 'string', help: 'addresses of Services (10.96.0.0/12)' },
  'cluster-cidr': { type: 'string', help: 'addresses of pods (10.244.0.0/16)' },
  'registry-mirror': {
    type: 'list',
    help: "pull a registry's images from elsewhere first: registry.k8s.io=http://127.0.0.1:5000; may be repeated",
  },
  'example-registry': { type: 'bool', help: 'also run a registry with the images of examples/', default: 'false' },
  'merge-kubeconfig': { type: 'bool', help: 'add the cluster to your own kubeconfig and make it current', default: 'false' },
  foreground: { type: 'bool', help: 'stay until interrupted, then stop; containers run on', default: 'false' },
  timeout: { type: 'duration', help: 'how long to wait for the cluster', default: '2m' },
  help: { type: 'bool', help: 'show this', default: 'false', short: '-h' },
} as const;

export type UpFlags = FlagValues<typeof UP_FLAGS>;
