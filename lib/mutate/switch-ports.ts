import type { Interface } from '../lab/interface.ts';
import type { Port } from '../lab/port.ts';
import type { Switch } from '../lab/switch.ts';
import type { PortOptions } from '../links/bridge-port.ts';
import { isGroupMac } from '../wire/mac-address.ts';

/** What a port is like unless a spec says otherwise; what is not here has no knob. */
export const USUAL = {
  hairpin: false,
  isolated: false,
  learning: true,
  flood: true,
  mcastFlood: true,
  bcastFlood: true,
  guard: false,
  locked: false,
} as const satisfies PortOptions;

export const FLAGS = Object.keys(USUAL) as (keyof typeof USUAL)[];

/** A switch's or another bridge's: by what it has, not by its class, since a file's copy of the library need not be ours. */
export function isPort(end: Interface): end is Port {
  return end.isPort;
}

export function isSwitchPort(end: Interface): end is Port {
  return isPort(end) && isSwitch(end.namespace);
}

export function isSwitch(namespace: Interface['namespace']): namespace is Switch {
  return namespace.role === 'switch';
}

/** Settings as a lab's description has them. */
export function settingsOf(port: Port, settings: PortOptions): Record<string, string> {
  const known = FLAGS.filter((flag) => settings[flag] !== undefined);
  const flags = known.map((flag) => [`${port} ${flag}`, onOff(settings[flag])] as const);
  return { ...Object.fromEntries(flags), [`${port} state`]: String(settings.state) };
}

export function onOff(value: boolean | undefined): string {
  return value ? 'on' : 'off';
}

/** The addresses that a switch has behind each port for good, without the ports' own and the groups they hear. */
export function staticEntries(node: Switch): Map<Port, string[]> {
  const entries = node.fdb
    .list()
    .filter(({ port, permanent, mac }) => permanent && mac !== port.mac && !isGroupMac(mac));
  const byPort = Map.groupBy(entries, ({ port }) => port);
  return new Map([...byPort].map(([port, own]) => [port, own.map(({ mac }) => mac)]));
}
