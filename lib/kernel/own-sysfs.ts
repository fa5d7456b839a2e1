import { MS_BIND } from './constants.ts';
import { mount } from './libc.ts';
import { isPoolWorker } from './starting-namespace.ts';

const CLASS = '/sys/class/net';
const VIRTUAL = '/sys/devices/virtual/net';

let done = false;

/**
 * Hides the machine's own interfaces from what a worker's specs run: a sysfs shows the network that it was mounted in
 * (`kobj_ns_current_may_mount`), whatever network a program is in, and a lab's devices have names such as `eth0`, too. So
 * `/sys/class/net` shows the worker's network, which has none. Only in a worker of the pool, whose mounts are its own.
 */
export function hideMachinesInterfaces(): void {
  if (done || !isPoolWorker()) return;
  done = true;
  // Where it may not be mounted (mount_too_revealing, in a container that hides parts of its own), all stays as it is.
  if (mount('sysfs', CLASS, 'sysfs', 0, null) !== 0) return;
  mount(`${CLASS}${VIRTUAL.slice('/sys'.length)}`, VIRTUAL, null, MS_BIND, null);
  mount(`${CLASS}/class/net`, CLASS, null, MS_BIND, null);
}
