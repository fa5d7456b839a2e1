import { UsageError } from '../kernel/validate.ts';
import { isBridgePort } from '../links/bridge-port.ts';
import { kindOf, linkKinds } from '../links/registry.ts';
import { ipLink } from '../netlink/link.ts';
import { engineOf } from './engine.ts';
import type { Interface } from './interface.ts';
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
  const causes = master ? kindOf(master)?.causesOfMember(String(master), String(device)) : {};
  engineOf(namespace).rtnetlink.change(ipLink.change({ index, master: master ? master.index : NO_MASTER }, causes));
  joinMaster(device, master || undefined);
  engineOf(device).isPort = isBridgePort(engineOf(device).link());
  // A VRF takes a device down and up again (cycle_netdev), a bond brings it up (bond_enslave).
  engineOf(namespace).joining();
  settle(device);
}

/** Registers which device another belongs to now. */
export function joinMaster(device: Interface, master: Interface | undefined): void {
  if (device.master !== master) device.children.delete(device.master as Interface);
  engineOf(device).master = master;
  // The members of a VRF keep their frames.
  if (master && kindOf(master)?.members === 'frames') device.children.add(master);
}
