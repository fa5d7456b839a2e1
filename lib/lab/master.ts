import { show, UsageError } from '../kernel/validate.ts';
import { kindOf } from '../links/registry.ts';
import { ipLink } from '../netlink/link.ts';
import type { Bridge } from './bridge.ts';
import { engineOf } from './engine.ts';
import { Interface } from './interface.ts';
import { ownBridge } from './own-bridge.ts';
import { settle } from './settle.ts';

/** Checks what a device is to be a port of. @throws UsageError */
export function checkMaster(call: string, device: Interface | undefined, master: unknown): void {
  if (master === undefined || master === false) return;
  if (!(master instanceof Interface) || !kindOf(master)?.description.hasPorts) {
    const what = master instanceof Interface ? `the ${master.kind} ${master}` : show(master);
    throw new UsageError(`${call}: master must be a bridge, such as ns.bridge() makes, or false: received ${what}`);
  }
  if (master.deleted) throw new UsageError(`${call}: master ${master} has been deleted`);
  if (device && master.namespace !== device.namespace)
    throw new UsageError(`${call}: master must be in ${device.namespace}, as its ports are: received ${master}`);
}

/** Makes a device a port of a bridge, or none; `ip link set … master` is this. */
export function changeMaster(device: Interface, master: Bridge | false): void {
  const { namespace, index } = device;
  const causes = {
    ELOOP: 'a bridge cannot be a port of a bridge (br_add_if)',
    EBUSY: `${device} has an rx_handler already: something is made on it, or it is a port of something else`,
    EOPNOTSUPP: `a ${device.kind} cannot be a port (IFF_DONT_BRIDGE)`,
  };
  engineOf(namespace).rtnetlink.change(ipLink.change({ index, master: master ? master.index : 0 }, causes));
  connectPort(device, master || undefined);
  settle(device);
}

/**
 * Notes which bridge a device is a port of. A switch's bridge stands for its namespace: a device that leaves it stays one of
 * the switch's ports, and that it left is a fault, to be told of.
 */
export function connectPort(device: Interface, bridge: Bridge | undefined): void {
  const own = ownBridge(device.namespace);
  const now = bridge ?? (own && device.bridge === own ? own : undefined);
  if (device.bridge && device.bridge !== now) device.children.delete(device.bridge);
  device.bridge = now;
  engineOf(device).isPort = now !== undefined;
  if (now && now !== own) device.children.add(now);
}
