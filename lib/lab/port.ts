import { UsageError } from '../base/validate.ts';
import {
  bridgeLink,
  PORT_OPTIONS,
  type PortOptions,
  type PortStatus,
  portOf,
  portSettings,
} from '../links/bridge-port.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import { deviceAt } from './device-at.ts';
import { engineOf } from './engines/engine.ts';
import { ask } from './engines/watcher.ts';
import type { Interface } from './interface.ts';
import type { InterfaceChange } from './interface-change.ts';
import { showDevice } from './making/linked-devices.ts';

/** So set, a port takes in nothing and sends out nothing. Before Linux 5.18 no port can be locked. */
const SEALED = { flood: false, mcastFlood: false, bcastFlood: false, learning: false, locked: true } as const;

/** By these the bridge answers for others (`br_do_proxy_suppress_arp`, `br_do_suppress_nd`). */
const ANSWERING = ['neighSuppress', 'neighVlanSuppress', 'proxyArp', 'proxyArpWifi'] as const;

/** What `set` takes of a port besides its {@link PortOptions}. */
export interface BackupOption {
  /** The port that sends this port's frames while it has no carrier; false for none. @default none */
  backupPort?: Interface | false;
}

/** An interface that is a port of a bridge, such as the end of a cable at a switch. */
export interface Port extends Interface {
  /** The settings that the kernel has now. */
  readonly settings: PortOptions & BackupOption & PortStatus;
  /**
   * Changes the port, or its device.
   *
   * @example switchPort.set({ hairpin: true })
   */
  set(change: PortOptions & BackupOption & InterfaceChange): this;
}

/**
 * Refuses options that only ports of bridges have.
 *
 * @param known the options that the call has all the same
 * @param why says that it is no port: `a is no switch`
 * @throws UsageError
 */
export function refusePortOptions(call: string, options: unknown, known: readonly string[], why: string): void {
  if (typeof options !== 'object' || options === null) return;
  const option = Object.keys(options).find((each) => !known.includes(each) && isPortOption(each));
  if (option === undefined) return;
  throw new UsageError(
    `${call}: ${option} is for ports of bridges, and ${why}; set({ master: bridge, ${option}: … }) makes a device a port`,
  );
}

function isPortOption(option: string): boolean {
  return option === 'backupPort' || (PORT_OPTIONS as readonly string[]).includes(option);
}

/** Checks which port is to take over. @throws UsageError */
export function checkBackupPort(call: string, bridge: Interface | undefined, port: Interface, backup: unknown): void {
  if (backup === undefined || backup === false) return;
  const others = port.namespace.interfaces.filter((each) => each !== port && each.bridge === bridge);
  if (others.some((other) => other === backup)) return;
  throw new UsageError(
    `${call}: backupPort must be another port of the same bridge, or false: received ${showDevice(backup)}`,
  );
}

/** Says which port takes over for one. */
export function changeBackupPort({ namespace, index }: Interface, backup: Interface | false): void {
  engineOf(namespace).rtnetlink.change(bridgeLink.change({ index, backupPort: backup ? backup.index : 0 }));
}

/** Which port takes over for one. */
export function backupOf(port: Interface, link: Pick<LinkState, 'slaveKind' | 'slaveData'>): BackupOption {
  const index = portOf(link)?.backupPort;
  const backup = deviceAt(port.namespace, index);
  return backup ? { backupPort: backup } : {};
}

/** A change of a port, and of the device that it is: `change` makes the latter. */
export interface PortChange {
  ofPort: PortOptions;
  ofDevice: Omit<InterfaceChange, 'master'>;
  change: (ofDevice: Omit<InterfaceChange, 'master'>) => void;
}

/** Changes a port: all of it, or nothing. */
export function changePort(port: Interface, { ofPort, ofDevice, change }: PortChange): void {
  const count = Object.keys(ofPort).length + Object.keys(ofDevice).length;
  // A single change is refused or done.
  const link = count > 1 ? port.state() : undefined;
  const before = link && { ofDevice: link, ofPort: portSettings(link) };
  const comesUp = ofDevice.up === true;
  // A device that comes up has its settings before its first frame. One that is up keeps them until it has changed.
  const open = comesUp ? preparePort(port, ofPort) : () => setPort(port, ofPort);
  const hasChanged = Object.keys(ofDevice).length > 0;
  // br_setport goes through the settings one by one, the flags before the state, and stops at the one that it refuses: a
  // refused state was never taken, and need not be put back.
  const putBack = (was: PortOptions) =>
    setPort(port, { ...counterparts({ ...ofPort, ...SEALED }, was), state: undefined });
  try {
    if (hasChanged) change(ofDevice);
  } catch (error) {
    if (before && comesUp) putBack(before.ofPort);
    throw error;
  }
  try {
    open();
  } catch (error) {
    if (before) {
      putBack(before.ofPort);
      if (hasChanged) change(counterparts(ofDevice, before.ofDevice) as PortChange['ofDevice']);
    }
    throw error;
  }
}

/**
 * Gives a port that is down its settings, so that they hold for the first frame that passes it. The kernel takes a state
 * only once the port has its carrier (`br_set_port_state`): until then such a port is sealed.
 *
 * @returns to be called when the port has its carrier: it sets the state and breaks the seal
 */
export function preparePort(port: Interface, { state, ...options }: PortOptions): () => void {
  if (state === undefined || state === 'forwarding') {
    setPort(port, options);
    return () => setPort(port, { state });
  }
  const unsealed = { ...counterparts(SEALED, settingsOfPort(port)), ...counterparts(SEALED, options) };
  setPort(port, { ...options, ...SEALED });
  return () => {
    setPort(port, { state });
    setPort(port, unsealed);
  };
}

function setPort(
  { namespace, index }: Interface,
  options: { [K in keyof PortOptions]: PortOptions[K] | undefined },
): void {
  if (Object.values(options).every((value) => value === undefined)) return;
  const causes = {
    EBUSY: 'while STP is on, the spanning tree sets the state of a port',
    ENETDOWN: 'a port that is down, or has no carrier, can only be set to disabled',
  };
  engineOf(namespace).rtnetlink.change(bridgeLink.change({ ...options, index }, causes));
  if (ANSWERING.some((setting) => options[setting])) engineOf(namespace.lab).visits.addFault();
}

/** The settings that the kernel has of a device as a port, whatever kind of link it is. */
export function settingsOfPort(device: Interface): PortOptions {
  ask(`${device}.settings`, device);
  return portSettings(engineOf(device.namespace).rtnetlink.get(ipLink.get({ index: device.index })));
}

/** Of `values` what has a counterpart in `chosen`. */
function counterparts<T extends object>(chosen: object, values: T): Partial<T> {
  const keys = Object.keys(values).filter((key) => key in chosen);
  return Object.fromEntries(keys.map((key) => [key, values[key as keyof T]])) as Partial<T>;
}
