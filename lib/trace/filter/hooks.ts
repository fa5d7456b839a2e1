import type { Interface } from '../../lab/index.ts';
import type { FilterChain, FilterFamily, Ruleset } from '../../netlink/ruleset/read-ruleset.ts';
import { ETHERTYPE } from '../../wire/ethernet.ts';
import type { HookedPacket } from './packet.ts';

/** nft's words for the places where packets are filtered. */
export type HookName = 'ingress' | 'egress' | 'prerouting' | 'input' | 'forward' | 'output' | 'postrouting';

/** `NF_INET_*`, the same in the bridge family (`NF_BR_*`). */
const INET = ['prerouting', 'input', 'forward', 'output', 'postrouting', 'ingress'] as const;
const ARP = ['input', 'output', 'forward'] as const;
const NETDEV = ['ingress', 'egress'] as const;

export function hookName({ family, hook }: FilterChain): HookName | undefined {
  if (!hook) return undefined;
  const names = family === 'netdev' ? NETDEV : family === 'arp' ? ARP : INET;
  return names[hook.number];
}

/** A place on a packet's way through a namespace. */
export interface Hook {
  name: HookName;
  /** Whether frames are filtered here (a bridge's), or packets. */
  layer: 'device' | 'bridge' | 'packet';
  iif?: Interface | undefined;
  oif?: Interface | undefined;
  /** Who has worked on the packet by then: a router that passes it on, or the host that it is of. */
  by?: 'router' | 'host';
}

/** The base chains that a packet meets at a hook. */
export function chainsAt({ chains }: Ruleset, { name, layer, iif, oif }: Hook, packet: HookedPacket): FilterChain[] {
  const families = familiesOf(layer, packet.bytes);
  const device = name === 'ingress' ? iif : oif;
  return chains.filter(
    (chain) =>
      hookName(chain) === name &&
      families.includes(chain.family) &&
      // A hook of a device's own names the device, and one name is one device within a namespace.
      (layer !== 'device' || (device !== undefined && chain.hook?.devices.includes(device.name))),
  );
}

/** Whose chains a frame meets at a hook. */
export function familiesOf(layer: Hook['layer'], bytes: Buffer): FilterFamily[] {
  if (layer === 'bridge') return ['bridge'];
  if (layer === 'device') return ['netdev', 'inet'];
  switch (bytes.length >= 14 ? bytes.readUInt16BE(12) : 0) {
    case ETHERTYPE.ipv4:
      return ['ip', 'inet'];
    case ETHERTYPE.ipv6:
      return ['ip6', 'inet'];
    case ETHERTYPE.arp:
      return ['arp'];
    default:
      return [];
  }
}

export function isArp(bytes: Buffer): boolean {
  return bytes.length >= 14 && bytes.readUInt16BE(12) === ETHERTYPE.arp;
}

/** What a namespace does with a packet that came in by `iif` and is for one of its own addresses. */
export function inwards(iif: Interface, bytes: Buffer): Hook[] {
  const ingress: Hook = { name: 'ingress', layer: 'device', iif };
  const input: Hook = { name: 'input', layer: 'packet', iif };
  if (isArp(bytes)) return [ingress, input];
  return [ingress, { name: 'prerouting', layer: 'packet', iif }, input];
}

/** What a namespace does with a packet of its own that is to leave by `oif`. */
export function outwards(oif: Interface, bytes: Buffer): Hook[] {
  const output: Hook = { name: 'output', layer: 'packet', oif, by: 'host' };
  const egress: Hook = { name: 'egress', layer: 'device', oif, by: 'host' };
  if (isArp(bytes)) return [output, egress];
  return [output, { name: 'postrouting', layer: 'packet', oif, by: 'host' }, egress];
}

/** A router's. */
export function across(iif: Interface, oif: Interface): Hook[] {
  return [
    { name: 'ingress', layer: 'device', iif },
    { name: 'prerouting', layer: 'packet', iif },
    { name: 'forward', layer: 'packet', iif, oif, by: 'router' },
    { name: 'postrouting', layer: 'packet', oif, by: 'router' },
    { name: 'egress', layer: 'device', oif, by: 'router' },
  ];
}

/** A switch's. */
export function bridged(iif: Interface, oif: Interface): Hook[] {
  return [
    { name: 'ingress', layer: 'device', iif },
    { name: 'prerouting', layer: 'bridge', iif },
    { name: 'forward', layer: 'bridge', iif, oif },
    { name: 'postrouting', layer: 'bridge', oif },
    { name: 'egress', layer: 'device', oif },
  ];
}
