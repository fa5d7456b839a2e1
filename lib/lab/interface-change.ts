import { checkBoolean, checkInterfaceName, checkMac, checkMtu, UsageError } from '../kernel/validate.ts';
import type { MasterOption } from './master.ts';

/** Live changes that every interface takes, in the words of `ip link set`. */
export interface InterfaceChange {
  up?: boolean;
  mtu?: number;
  mac?: string;
  /** `promisc on`: counts once, independent of what its children need. */
  promiscuous?: boolean;
  name?: string;
  /**
   * The master of the device, in the same namespace: a bridge, a bond, a VRF. `false` for none, as `nomaster`.
   */
  master?: MasterOption;
}

export const INTERFACE_CHANGES = ['up', 'mtu', 'mac', 'promiscuous', 'name', 'master'] as const;

/** Says why a link has no MAC address of its own; `why` stands before ` has its parent's MAC address`. */
export function refuseMac(call: string, options: unknown, why: string, parent: { mac: string }): void {
  if (typeof options !== 'object' || options === null || !('mac' in options)) return;
  throw new UsageError(`${call}: mac cannot be chosen${why} has its parent's MAC address (${parent.mac})`);
}

export function checkInterfaceChange(call: string, { up, mtu, mac, promiscuous, name }: InterfaceChange): void {
  checkBoolean(call, 'up', up);
  checkBoolean(call, 'promiscuous', promiscuous);
  checkMtu(call, mtu);
  if (mac !== undefined) checkMac(call, 'mac', mac);
  if (name !== undefined) checkInterfaceName(call, name);
}

/** Only the flags to switch on; all are off on a new device. */
export function flagsOn<T extends Record<string, boolean | undefined>>(switches: T): { [K in keyof T]?: true } {
  return Object.fromEntries(Object.entries(switches).filter(([, on]) => on)) as { [K in keyof T]?: true };
}
