import { readFileSync } from 'node:fs';
import { findProgram } from '../kernel/find-program.ts';

/** What an engine of a lab's own is started with, and the Debian package of each. */
const PROGRAMS = {
  dockerd: 'docker.io',
  containerd: 'containerd',
  runc: 'runc',
  unshare: 'util-linux',
  mount: 'mount',
};

/** How to get an engine; ends the reason of a skip. */
const MEND = 'needs a Docker engine: set DOCKER_HOST to one, or, as root, apt-get install docker.io';

/** Why a lab cannot start an engine of its own here; undefined when it can. */
export function whyNoEngine(): string | undefined {
  if (process.getuid?.() !== 0) return `${MEND} (a private one takes root)`;
  if (!isRealRoot()) return `${MEND} (a private one takes the machine's root; here root is an ordinary user's)`;
  const missing = Object.entries(PROGRAMS).filter(([program]) => findProgram(program) === undefined);
  if (missing.length === 0) return undefined;
  return `${MEND} (missing: ${missing.map(([program, pkg]) => `${program} of ${pkg}`).join(', ')})`;
}

/** Root of a user namespace may neither mount an overlay over /etc nor make cgroups. */
function isRealRoot(): boolean {
  const [inside, outside, length] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).map(Number);
  return inside === 0 && outside === 0 && length === 2 ** 32 - 1;
}
