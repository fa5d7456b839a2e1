import { kindOf } from '../links/registry.ts';
import { ARPHRD } from '../wire/arp.ts';
import { sendByBond } from './bond.ts';
import { sendByBridge } from './bridge.ts';
import { linkCause } from './carrier.ts';
import type { Frame } from './frame.ts';
import { sendByIpvlan } from './ipvlan.ts';
import type { Learnt } from './learnt.ts';
import { sendByMacvlan } from './macvlan.ts';
import type { Device } from './network.ts';
import { drop, leadsAway, receiveOn, unknown, type Verdict } from './prediction.ts';
import { sendByVeth } from './veth.ts';
import { sendByVlan } from './vlan.ts';
import { sendByVxlan } from './vxlan.ts';

/** What a kind of link does with a frame that it is given to send: its `ndo_start_xmit`. */
type Send = (device: Device, frame: Frame, learnt: Learnt) => readonly Verdict[];

/** By the kind, or the one that it is a variant of. */
const BY_KIND: Readonly<Record<string, Send>> = {
  veth: sendByVeth,
  bridge: sendByBridge,
  macvlan: sendByMacvlan,
  ipvlan: sendByIpvlan,
  vlan: sendByVlan,
  bond: sendByBond,
  vxlan: sendByVxlan,
  // dummy_xmit counts what it is given, and frees it.
  dummy: (device) => [drop({ code: 'link.dummy', facts: { device: device.name } }, 'dummy_xmit')],
};

/** Sends a frame by a device (`__dev_queue_xmit`). */
export function transmit(device: Device, frame: Frame, learnt: Learnt): readonly Verdict[] {
  const { link } = device;
  const fault = linkCause(device);
  // Without a carrier a device has noop_qdisc (dev_deactivate).
  if (fault) return [drop(fault, link.up ? 'noop_enqueue' : '__dev_queue_xmit')];
  const vague = notEthernet(device);
  if (vague) return [unknown(vague)];
  const given = device.host.qdiscs.find((qdisc) => qdisc.device === device.index && qdisc.isGiven)?.kind;
  if (given) return [unknown(`${device} has the queueing discipline ${given}`)];
  if (hasFilters(device)) return [unknown(`${device.namespace} has packet filters at devices`)];
  if (link.hardware === ARPHRD.LOOPBACK) return [receiveOn(device, frame, 'host')];
  const send = BY_KIND[kindOf(link)?.family.kind ?? ''];
  return send ? send(device, frame, learnt) : [leadsAway(device)];
}

/** Of a tun device, or a tunnel of IP packets, the model knows nothing. */
export function notEthernet({ link, name }: Device): string | undefined {
  return [ARPHRD.ETHER, ARPHRD.LOOPBACK].some((known) => known === link.hardware)
    ? undefined
    : `${name} is no Ethernet device`;
}

/** Chains of the family netdev, which may take a frame at any device. */
export function hasFilters({ host }: Device): boolean {
  return host.filters.nftables.includes('netdev');
}
