import { readFileSync } from 'node:fs';
import { findProgram } from '../kernel/programs/find-program.ts';

/** What an engine of a lab's own is started with, and the Debian package of each. */
const PROGRAMS = {
  dockerd: 'docker.io',
  containerd: 'containerd',
  runc: 'runc',
  unshare: 'util-linux',
  mount: 'mount',
};

/** Why a lab cannot start an engine of its own here, and how to get one; undefined when it can. */
export function whyNoEngine(): string | undefined {
  const missing = Object.entries(PROGRAMS).filter(([program]) => findProgram(program) === undefined);
  if (missing.length === 0) return whyNoContainers();
  const programs = missing.map(([program, debianPackage]) => `${program} of ${debianPackage}`).join(', ');
  return `needs a Docker engine: set DOCKER_HOST to one, or apt-get install docker.io (missing: ${programs})`;
}

/**
 * Why a lab cannot have containers, whatever the engine. Theirs are namespaces of the machine's root, which no other may
 * enter; and root of a user namespace can make no cgroups, and mount no overlay over /etc.
 */
export function whyNoContainers(): string | undefined {
  const [inside, outside, length] = readFileSync('/proc/self/uid_map', 'utf8').trim().split(/\s+/).map(Number);
  const root = process.getuid?.() === 0 && inside === 0 && outside === 0 && length === 2 ** 32 - 1;
  return root
    ? undefined
    : "containers need the machine's own root, not that of a user namespace: run the tests by sudo";
}
