/** The configuration of a private containerd, as text. Pure. See https://github.com/containerd/containerd/blob/main/docs/cri/config.md */
export interface ContainerdVersion {
  readonly major: number;
  readonly minor: number;
}

export interface ContainerdConfigOptions {
  /** Images, snapshots, metadata: survives a reboot. */
  readonly root: string;
  /** Sockets, pipes, mounts of running containers: gone after a reboot. */
  readonly state: string;
  readonly socket: string;
  readonly sandboxImage: string;
  readonly cniConfDir: string;
  readonly cniBinDir: string;
  /** Holds one directory with a hosts.toml for each mirrored registry. */
  readonly registryConfigDir: string;
  readonly snapshotter: 'overlayfs' | 'native';
  /** Without CAP_SYS_RESOURCE nobody may lower an oom_score_adj; containers then keep containerd's. */
  readonly restrictOomScoreAdj: boolean;
}

type Value = string | number | boolean | readonly string[];
type Table = readonly [path: readonly string[], values: Readonly<Record<string, Value>>];

/** Snapshotters and services that are never used here and cost time at every start. */
const DISABLED = [
  'io.containerd.snapshotter.v1.aufs',
  'io.containerd.snapshotter.v1.btrfs',
  'io.containerd.snapshotter.v1.devmapper',
  'io.containerd.snapshotter.v1.zfs',
  'io.containerd.snapshotter.v1.blockfile',
  'io.containerd.internal.v1.restart',
  'io.containerd.internal.v1.tracing',
  'io.containerd.tracing.processor.v1.otlp',
];

/** config.toml: version 2 for containerd 1.x, version 3 from 2.0 on. */
export function containerdConfig(options: ContainerdConfigOptions, version: ContainerdVersion): string {
  const head = { version: version.major >= 2 ? 3 : 2, root: options.root, state: options.state, oom_score: 0, disabled_plugins: DISABLED };
  const plugins = version.major >= 2 ? pluginsV3(options, version) : pluginsV2(options);
  const common: Table[] = [
    [['grpc'], { address: options.socket }],
    [['plugins', 'io.containerd.internal.v1.opt'], { path: `${options.root}/opt` }],
  ];
  return [table(head), ...[...common, ...plugins].map(([path, values]) => `[${path.map(key).join('.')}]\n${table(values)}`)].join('\n');
}

const SHARED_RUNTIME = { enable_unprivileged_ports: true, enable_unprivileged_icmp: true, netns_mounts_under_state_dir: true } as const;
const STREAMING = { stream_server_address: '127.0.0.1', stream_server_port: '0', disable_tcp_service: true } as const;

function runcOptions(options: ContainerdConfigOptions): Record<string, Value> {
  return { BinaryName: 'runc', Root: `${options.state}/runc`, SystemdCgroup: false };
}

function pluginsV2(options: ContainerdConfigOptions): Table[] {
  const cri = ['plugins', 'io.containerd.grpc.v1.cri'];
  const runc = [...cri, 'containerd', 'runtimes', 'runc'];
  return [
    [cri, { sandbox_image: options.sandboxImage, restrict_oom_score_adj: options.restrictOomScoreAdj, ...SHARED_RUNTIME, ...STREAMING }],
    [[...cri, 'cni'], { bin_dir: options.cniBinDir, conf_dir: options.cniConfDir, max_conf_num: 1 }],
    [[...cri, 'containerd'], { snapshotter: options.snapshotter, default_runtime_name: 'runc' }],
    [runc, { runtime_type: 'io.containerd.runc.v2' }],
    [[...runc, 'options'], runcOptions(options)],
    [[...cri, 'registry'], { config_path: options.registryConfigDir }],
  ];
}

function pluginsV3(options: ContainerdConfigOptions, version: ContainerdVersion): Table[] {
  const images = ['plugins', 'io.containerd.cri.v1.images'];
  const runtime = ['plugins', 'io.containerd.cri.v1.runtime'];
  const runc = [...runtime, 'containerd', 'runtimes', 'runc'];
  const binaries = version.major > 2 || version.minor >= 1 ? { bin_dirs: [options.cniBinDir] } : { bin_dir: options.cniBinDir };
  return [
    [images, { snapshotter: options.snapshotter }],
    [[...images, 'pinned_images'], { sandbox: options.sandboxImage }],
    [[...images, 'registry'], { config_path: options.registryConfigDir }],
    [runtime, { restrict_oom_score_adj: options.restrictOomScoreAdj, ...SHARED_RUNTIME }],
    [[...runtime, 'cni'], { ...binaries, conf_dir: options.cniConfDir, max_conf_num: 1 }],
    [[...runtime, 'containerd'], { default_runtime_name: 'runc' }],
    [runc, { runtime_type: 'io.containerd.runc.v2' }],
    [[...runc, 'options'], runcOptions(options)],
    [['plugins', 'io.containerd.grpc.v1.cri'], STREAMING],
  ];
}

function table(values: Readonly<Record<string, Value>>): string {
  return Object.entries(values)
    .map(([name, value]) => `${key(name)} = ${JSON.stringify(value)}\n`)
    .join('');
}

function key(name: string): string {
  return /^[A-Za-z0-9_-]+$/.test(name) ? name : JSON.stringify(name);
}
