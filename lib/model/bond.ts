import { bond } from '../links/bond.ts';
import { isReserved } from './bridge-reserved.ts';
import type { Frame, PacketType } from './frame.ts';
import type { Device } from './network.ts';
import { drop, receiveOn, transmitOn, unknown, type Verdict } from './prediction.ts';

/** `bond_xmit_activebackup`: the active slave sends. Of other modes the model knows nothing. */
export function sendByBond(device: Device, frame: Frame): readonly Verdict[] {
  const { mode, activeSlave } = bond.of(device.link);
  if (mode !== 'active-backup') return [unknown(`${device} chooses a slave by its mode ${mode}`)];
  const slave = activeSlave === undefined ? undefined : device.inHost(activeSlave);
  return slave ? [transmitOn(slave, frame)] : [unknown(`${device} has no active slave`)];
}

export function bondOf(device: Device): Device | undefined {
  const { slaveKind, master } = device.link;
  return bond.is({ kind: slaveKind }) && master !== undefined ? device.inHost(master) : undefined;
}

/** `bond_handle_frame`: the bond receives what comes in by the active slave, and the backup slaves' frames are dropped. */
export function receiveBySlave(device: Device, master: Device, frame: Frame, type: PacketType): readonly Verdict[] {
  const { mode, activeSlave, allSlavesActive, arpInterval } = bond.of(master.link);
  if (mode !== 'active-backup') return [unknown(`${master} may drop what a slave receives in its mode ${mode}`)];
  // Its own questions come back to it (bond_rcv_validate).
  if (arpInterval) return [unknown(`${master} watches its slaves by ARP`)];
  if (activeSlave === device.index || allSlavesActive) return [receiveOn(master, frame, type)];
  if (isReserved(frame.destination)) return [unknown(`${device} keeps frames of its link`)];
  const active = activeSlave === undefined ? undefined : device.inHost(activeSlave);
  const facts = { device: device.name, bond: master.name, ...(active ? { active: active.name } : {}) };
  return [drop({ code: 'bond.backup-slave', facts }, 'bond_handle_frame')];
}
