import { chmodSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { findProgram } from '../kernel/programs/find-program.ts';
import type { Daemon, Namespace } from '../lab/index.ts';
import { nodeState } from './node-state.ts';

/** How long the daemon may take to start, in milliseconds. In a guest without KVM it takes ten times as long. */
const START_WITHIN = 120_000;

/** Daemons are not on an ordinary user's PATH. */
const FOLDERS = ['/usr/sbin', '/sbin'];

/** No machine's files, no host name, no resolv.conf, no polkit; and a device without a keyfile is left alone. */
const CONFIG = `[main]
plugins=keyfile
no-auto-default=*
auth-polkit=false
hostname-mode=none
rc-manager=unmanaged
`;

/** A bus of its own. Any program that finds its socket may do all: only the worker can. */
const busConfig = (socket: string) => `<busconfig>
  <listen>unix:path=${socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow own="*"/>
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
  </policy>
</busconfig>
`;

/**
 * What surrounds the daemon, in a mount namespace of its own: folders for its files, as links, since Linux 6.1 does not bind
 * a folder that is mounted nowhere; no profiles of the machine's; and the lab's network in /sys. It is read-only, by which
 * the daemon knows that there is no udev to wait for (`nm_linux_platform_setup`). But for the devices: it sets bridges by sysfs.
 */
const SURROUNDINGS = [
  'for each in /run /var/lib /etc/NetworkManager; do mount -t tmpfs tmpfs $each || exit; done',
  'cp -a "$1"/. /etc/NetworkManager',
  'ln -s "$0"/run /run/NetworkManager',
  'ln -s "$0"/var /var/lib/NetworkManager',
  '{ [ ! -d /usr/lib/NetworkManager ] || mount -t tmpfs tmpfs /usr/lib/NetworkManager; }',
  'mount -t sysfs sysfs /sys',
  'mount --bind /sys/devices/virtual/net /sys/devices/virtual/net',
  'mount -o remount,bind,ro /sys',
  'shift',
  'exec "$@"',
].join(' && ');

/**
 * Where NetworkManager is; undefined when it, or the D-Bus daemon that it needs, is not installed, so that a spec can skip.
 *
 * @example test.skipIf(!findNetworkManager())('…', …)
 */
export function findNetworkManager(): string | undefined {
  return find('dbus-daemon') && find('nmcli') && find('NetworkManager');
}

/** What was started. */
export interface StartedNetworkManager {
  daemon: Daemon;
  /** Its D-Bus daemon. */
  bus: Daemon;
  /** What its clients have in their environment. */
  env: Record<string, string>;
}

/** Starts NetworkManager, whose program is known, with files in its folders; it may not have read them yet. */
export async function startNetworkManager(
  node: Namespace,
  program: string,
  files: readonly { name: string; text: string; mode: number }[],
): Promise<StartedNetworkManager> {
  const folder = join(nodeState(node), 'network-manager');
  // As on a real machine, /run and /var stay when it is stopped, so that the next one knows what the last one has made.
  for (const name of ['run', 'var']) mkdirSync(join(folder, name), { recursive: true });
  const etc = mkdtempSync(join(folder, 'etc-'));
  for (const name of ['conf.d', 'system-connections']) mkdirSync(join(etc, name));
  writeFileSync(join(etc, 'NetworkManager.conf'), CONFIG);
  for (const { name, text, mode } of files) {
    const path = join(etc, name.endsWith('.conf') ? 'conf.d' : 'system-connections', name);
    writeFileSync(path, text);
    // Whatever the umask is.
    chmodSync(path, mode);
  }
  const socket = join(folder, 'bus');
  writeFileSync(join(folder, 'bus.conf'), busConfig(socket));
  const bus = await node.daemon(
    String(find('dbus-daemon')),
    ['--config-file', join(folder, 'bus.conf'), '--nofork', '--nopidfile', '--print-address'],
    { ready: { log: 'unix:path=' }, within: START_WITHIN },
  );
  const env = { DBUS_SYSTEM_BUS_ADDRESS: `unix:path=${socket}`, LC_ALL: 'C.UTF-8' };
  const command = [
    '--mount',
    '--uts',
    'sh',
    '-c',
    SURROUNDINGS,
    folder,
    etc,
    program,
    '--debug',
    '--log-level',
    'INFO',
  ];
  const ready = { log: 'acquired D-Bus service' };
  try {
    const daemon = await node.daemon('unshare', command, { env, ready, within: START_WITHIN });
    return { daemon, bus, env };
  } catch (error) {
    await bus.stop();
    throw error;
  }
}

function find(program: string): string | undefined {
  return findProgram(program, [process.env['PATH'], ...FOLDERS].join(delimiter));
}
