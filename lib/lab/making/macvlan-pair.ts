import {
  checkBoolean,
  checkMtu,
  checkOneOf,
  checkOptions,
  show,
  UsageError,
  wrongOption,
} from '../../base/validate.ts';
import { MACVLAN_MODES, type MacvlanMode, macvlan, macvtap } from '../../links/macvlan.ts';
import { IPV6_MIN_MTU } from '../../wire/ipv6.ts';
import { checkLabOpen } from '../check-lab-open.ts';
import type { Interface } from '../interface.ts';
import type { Lab } from '../lab.ts';
import type { Namespace } from '../namespace.ts';
import type { Port } from '../port.ts';
import type { Switch } from '../switch.ts';
import type { Macvlan, MacvlanOptions } from './links.ts';

/** Options of a macvlan pair. */
export interface MacvlanPairOptions {
  /** The kind of the two children; a macvtap that no program has open works as a macvlan. @default 'macvlan' */
  type?: 'macvlan' | 'macvtap';
  /** The mode of both children. With passthru a parent has only one, so ns2 has no macvlan. @default 'vepa' */
  mode?: MacvlanMode;
  /** The modes of the two, if they differ. */
  modes?: readonly [ns1: MacvlanMode, ns2: MacvlanMode];
  /** The switch port reflects (802.1Qbg's reflective relay). @default false */
  hairpin?: boolean;
  /** The parent, and the children, are promiscuous, as the article has them. @default false */
  promiscuous?: boolean;
  /** source: the MAC addresses that each child hears. @default those of all other devices */
  macaddr?: readonly string[];
  bcqueuelen?: number;
  /** Of every device. @default 1500 */
  mtu?: number;
}

/**
 * The article's network, with the switch that it lacked:
 *
 * ```
 * ns1 ─ m1 ┐
 *          ├─ up0 (host) ── p0 (sw) p1 ── gateway
 * ns2 ─ m2 ┘                        p2 ── neighbour
 * ```
 */
export interface MacvlanPair {
  lab: Lab;
  /** 10.0.0.101 and fd00::65 at `m1`. */
  ns1: Namespace;
  /** 10.0.0.102 and fd00::66 at `m2`. With passthru it exists, but has no interface. */
  ns2: Namespace;
  /** 10.0.0.18 and fd00::12 at `up0`: the parent's own namespace. */
  host: Namespace;
  /** `up0` of the host, the macvlans' parent. */
  uplink: Interface;
  /** The switch's end of the uplink. */
  switchPort: Port;
  switch: Switch;
  /** 10.0.0.1 and fd00::1. */
  gateway: Namespace;
  /** 10.0.0.10 and fd00::a: another machine of the network. */
  neighbour: Namespace;
  m1: Macvlan;
  /** Absent with passthru. */
  m2: Macvlan | undefined;
}

const OPTIONS = ['type', 'mode', 'modes', 'hairpin', 'promiscuous', 'macaddr', 'bcqueuelen', 'mtu'] as const;

const NAMES = ['ns1', 'ns2', 'host', 'gateway', 'neighbour', 'sw'] as const;

/** The article's last numbers: .1 is the gateway, .10 another machine, .18 the parent, .101 and .102 the children. */
const HOSTS = { gateway: 1, neighbour: 10, host: 18, ns1: 101, ns2: 102 } as const;

/** Builds the pair in a lab; the fixture `macvlanPair` is this with the test's own. */
export function addMacvlanPair(lab: Lab, options: MacvlanPairOptions = {}): MacvlanPair {
  const [mode1, mode2] = checkPairOptions(options);
  checkRoom(lab);
  const { type = 'macvlan', hairpin = false, promiscuous = false, macaddr, bcqueuelen, mtu } = options;
  const [ns1, ns2, host] = [lab.namespace('ns1'), lab.namespace('ns2'), lab.namespace('host')];
  const [gateway, neighbour] = [lab.namespace('gateway'), lab.namespace('neighbour')];
  const sw = lab.switch('sw');
  const size = mtu === undefined ? {} : { mtu };
  const { a: uplink, b: switchPort } = lab.cable(host, sw, {
    ...size,
    a: { name: 'up0', promiscuous, address: addressesOf('host', mtu) },
    b: { hairpin },
  });
  lab.cable(gateway, sw, { ...size, a: { address: addressesOf('gateway', mtu) } });
  lab.cable(neighbour, sw, { ...size, a: { address: addressesOf('neighbour', mtu) } });
  const common: MacvlanOptions = {
    parent: uplink,
    promiscuous,
    ...size,
    ...(bcqueuelen === undefined ? {} : { bcqueuelen }),
  };
  const m1 = ns1[type]({ ...common, mode: mode1, name: 'm1', address: addressesOf('ns1', mtu) });
  const m2 = mode2 && ns2[type]({ ...common, mode: mode2, name: 'm2', address: addressesOf('ns2', mtu) });
  const everybody = [uplink, gateway.interface(), neighbour.interface(), m1, m2].flatMap((device) => device?.mac ?? []);
  for (const [child, mode] of [[m1, mode1] as const, [m2, mode2] as const]) {
    if (mode === 'source') child?.macaddr.set(macaddr ?? everybody.filter((mac) => mac !== child.mac));
  }
  return { lab, ns1, ns2, host, uplink, switchPort, switch: sw, gateway, neighbour, m1, m2 };
}

function checkPairOptions(options: MacvlanPairOptions): readonly [MacvlanMode, MacvlanMode | undefined] {
  checkOptions('macvlanPair', options, OPTIONS);
  const { type = 'macvlan', mode, modes, hairpin, promiscuous, macaddr, bcqueuelen, mtu } = options;
  checkOneOf('macvlanPair', 'type', type, [macvlan.kind, macvtap.kind]);
  checkBoolean('macvlanPair', 'hairpin', hairpin);
  checkBoolean('macvlanPair', 'promiscuous', promiscuous);
  macvlan.options.get('macaddr')?.check('macvlanPair', 'macaddr', macaddr);
  macvlan.options.get('bcqueuelen')?.check('macvlanPair', 'bcqueuelen', bcqueuelen);
  checkMtu('macvlanPair', mtu);
  if (modes === undefined) {
    const both = mode === undefined ? 'vepa' : checkOneOf('macvlanPair', 'mode', mode, MACVLAN_MODES);
    if (macaddr && both !== 'source')
      throw new UsageError(`macvlanPair: macaddr belongs to mode source: received mode ${both}`);
    return [both, both === 'passthru' ? undefined : both];
  }
  if (mode !== undefined)
    throw new UsageError('macvlanPair: mode is for both children, modes for each: give one of the two');
  if (!Array.isArray(modes) || modes.length !== 2) {
    throw wrongOption('macvlanPair', 'modes', "two modes, such as ['bridge', 'vepa']", modes);
  }
  for (const each of modes) checkOneOf('macvlanPair', 'modes', each, MACVLAN_MODES);
  if (modes.includes('passthru')) {
    throw new UsageError(
      `macvlanPair: a passthru parent takes one child only, so modes cannot have it: received ${show(modes)}; say mode: 'passthru'`,
    );
  }
  if (macaddr && !modes.includes('source'))
    throw new UsageError(`macvlanPair: macaddr belongs to mode source: received modes ${show(modes)}`);
  return [modes[0], modes[1]];
}

/** The pair is all there or not at all: its names are looked at before any of it is made. */
function checkRoom(lab: Lab): void {
  checkLabOpen('macvlanPair', lab);
  const taken = lab.namespaces.map(({ name }) => name).filter((name) => NAMES.some((own) => own === name));
  if (taken.length === 0) return;
  throw new UsageError(
    `macvlanPair: a pair takes the names ${NAMES.join(', ')}: this lab has ${taken.join(', ')} already; a lab has room ` +
      'for one pair, so make another lab (createLab), or give your own namespaces other names',
  );
}

function addressesOf(name: keyof typeof HOSTS, mtu = IPV6_MIN_MTU): string[] {
  const v4 = `10.0.0.${HOSTS[name]}/24`;
  return mtu < IPV6_MIN_MTU ? [v4] : [v4, `fd00::${HOSTS[name].toString(16)}/64`];
}
