import { closeSync, constants, mkdtempSync, openSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Namespace } from '../lab/index.ts';
import { nodeState } from './node-state.ts';

/** In the daemons' mount namespace. */
export const RUN = '/run/frr';

/**
 * Starts a daemon. What surrounds zebra, in a mount namespace that the others enter: users and groups of its own, since FRR changes
 * to `frr`, whom a user namespace does not have, and insists on the group `frrvty` (`zprivs_preinit`); an empty /run for sockets and
 * an empty /var/tmp for crash logs. Files are copied, since before Linux 6.15 nothing can be mounted from a detached folder
 * (`check_mnt`), nor may a daemon that gave its capabilities up look into one. Its terminal has no TCP port.
 */
const START = `#!/bin/sh
name=\${1##*/}
if [ "$name" = zebra ]; then
  mount -t tmpfs tmpfs /run && mkdir -m 0755 ${RUN} && cp "\${0%/*}"/* ${RUN}/ &&
  mount --bind ${RUN}/passwd /etc/passwd && mount --bind ${RUN}/group /etc/group &&
  mount -t tmpfs tmpfs /var/tmp || exit
fi
cd / && exec "$1" --config_file ${RUN}/base.conf --vty_socket ${RUN} --socket ${RUN}/zserv.api \\
  --pid_file ${RUN}/$name.pid --vty_port 0 --log stdout --log-level info
`;

const USERS = 'root:x:0:0::/:/bin/sh\nfrr:x:0:0::/:/bin/sh\n';
const GROUPS = 'root:x:0:\nfrr:x:0:\nfrrvty:x:0:\n';

/** Makes the folder whose files zebra's mount namespace begins with. @returns the program that starts a daemon there */
export function makeStart(node: Namespace): string {
  const folder = mkdtempSync(join(nodeState(node), 'frr-'));
  const write = (name: string, text: string, mode = 0o600) => writeFileSync(join(folder, name), text, { mode });
  write('start', START, 0o700);
  write('passwd', USERS);
  write('group', GROUPS);
  write('base.conf', `hostname ${node}\nlog timestamp precision 3\n`);
  write('vtysh.conf', '');
  return join(folder, 'start');
}

/** A folder of other processes, which stays as long as its descriptor, whatever becomes of them. */
export class HeldFolder {
  readonly #fd: number;

  constructor(path: string) {
    this.#fd = openSync(path, constants.O_DIRECTORY);
  }

  get path(): string {
    return `/proc/${process.pid}/fd/${this.#fd}`;
  }

  close(): void {
    closeSync(this.#fd);
  }
}
