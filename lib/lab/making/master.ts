import { UsageError } from '../../base/validate.ts';
import { kindOf, linkKinds } from '../../links/registry.ts';
import { ipLink } from '../../netlink/link.ts';
import { engineOf } from '../engines/engine.ts';
import type { Interface } from '../interface.ts';
import { ownBridge } from './own-bridge.ts';
import { settle } from './settle.ts';

/** What `master` of a change may be: the device to belong to, or `false` for none (`ip link set … nomaster`). */
export type MasterOption = Interface | false;

const NO_MASTER = 0;

/** Checks the device that another is to belong to. @throws UsageError */
export function checkMaster(call: string, device: Interface, master: Interface): void {
  if (master === device) throw new UsageError(`${call}: ${device} cannot be its own master`);
  const kind = kindOf(master);
  if (kind && !kind.isMaster) {
    const kinds = linkKinds().filter(({ isMaster }) => isMaster);
    const names = kinds.map(({ kind }) => kind).join(', ');
    throw new UsageError(
      `${call}: master must be of a kind that other devices can belong to (${names}): received ${master}, a ${kind.kind}`,
    );
  }
}

/** Has a device belong to another, or to none. */
export function setMaster(device: Interface, master: MasterOption): void {
  const { namespace, index } = device;
  const causes = master ? kindOf(master)?.description.causes?.member?.(String(master), String(device)) : {};
  engineOf(namespace).rtnetlink.change(ipLink.change({ index, master: master ? master.index : NO_MASTER }, causes));
  joinMaster(device, master || undefined);
  // A VRF takes a device down and up again (cycle_netdev), a bond brings it up (bond_enslave).
  engineOf(namespace).joining();
  settle(device);
}

/**
 * Registers which device another belongs to now. A switch's bridge stands for its namespace: a device that leaves it stays one
 * of the switch's ports, and that it left is a fault, to be told of.
 */
export function joinMaster(device: Interface, master: Interface | undefined): void {
  const own = ownBridge(device.namespace);
  const now = master ?? (own && device.master === own ? own : undefined);
  if (device.master !== now) device.children.delete(device.master as Interface);
  engineOf(device).master = now;
  engineOf(device).isPort = device.bridge !== undefined;
  // The members of a VRF keep their frames.
  if (now && now !== own && kindOf(now)?.members === 'frames') device.children.add(now);
}
