import { unlessCode } from '../../base/has-code.ts';
import { checked } from '../checked.ts';
import { MS_BIND } from '../constants.ts';
import { mount } from '../libc.ts';
import { onceInThread } from '../threads/once-in-thread.ts';
import { isPoolWorker } from './starting-namespace.ts';

const CLASS = '/sys/class/net';
const VIRTUAL = '/sys/devices/virtual/net';

/** Mounted twice, sysfs is busy. */
const sysfs = onceInThread('own-sysfs', () => ({ isHidden: false }));

/**
 * Hides the machine's own interfaces from what a worker's specs run: a sysfs shows the network that it was mounted in
 * (`kobj_ns_current_may_mount`), whatever network a program is in, and a lab's devices have names such as `eth0`, too. So
 * `/sys/class/net` shows the worker's network, which has none. Only in a worker of the pool, whose mounts are its own.
 */
export function hideMachinesInterfaces(): void {
  if (sysfs.isHidden || !isPoolWorker()) return;
  sysfs.isHidden = true;
  const mounted = unlessCode(['EPERM', 'EACCES', 'ENOENT', 'ENODEV'], () =>
    checked(`mount -t sysfs sysfs ${CLASS}`, mount('sysfs', CLASS, 'sysfs', 0, null)),
  );
  // All stays as it is if there is no sysfs, or if this process may not mount it: a container hides parts of its sysfs
  // (mount_too_revealing), or a profile of AppArmor forbids it.
  if (mounted === undefined) return;
  bind(`${CLASS}${VIRTUAL.slice('/sys'.length)}`, VIRTUAL);
  bind(`${CLASS}/class/net`, CLASS);
}

function bind(from: string, to: string): void {
  checked(`mount --bind ${from} ${to}`, mount(from, to, null, MS_BIND, null));
}
