import { broadcastRoom, macvlan } from '../links/macvlan.ts';
import { BROADCAST_MAC, isGroupMac } from '../wire/mac-address.ts';
import { downCause, onlyUp } from './carrier.ts';
import type { Cause } from './cause.ts';
import { type Frame, groupType, type PacketType } from './frame.ts';
import type { Device } from './network.ts';
import { drop, PASS, receiveOn, transmitOn, unknown, type Verdict } from './prediction.ts';
import { handOver } from './veth.ts';

/** `macvlan_queue_xmit`. */
export function sendByMacvlan(device: Device, frame: Frame): readonly Verdict[] {
  const { lower } = device;
  if (!lower) return [unknown(`the parent of ${device} is outside the lab`)];
  const toWorld = transmitOn(lower, frame);
  if (modeOf(device) !== 'bridge') return [toWorld];
  if (isGroupMac(frame.destination)) {
    // Siblings in mode bridge get it here; goto xmit_world.
    const siblings = onlyUp(childrenOf(lower)).filter((each) => each !== device && modeOf(each) === 'bridge');
    return [...siblings.flatMap((sibling) => handOver(device, sibling, frame)), toWorld];
  }
  const sibling = lookUp(lower, frame.destination);
  // dev_forward_skb(vlan->lowerdev): as if it had come in by the parent, for the parent's taps to see.
  return sibling && modeOf(sibling) === 'bridge' ? handOver(device, lower, frame) : [toWorld];
}

/** `macvlan_handle_frame`: the rx_handler of a device with macvlans on it. */
export function receiveByParent(parent: Device, frame: Frame, type: PacketType): readonly Verdict[] {
  const { copies, eaters } = forwardToSources(parent, frame, type);
  const [eater] = eaters;
  if (eater)
    return [
      ...copies,
      drop({ code: 'macvlan.nodst', facts: { device: eater.name, parent: parent.name } }, 'macvlan_handle_frame'),
    ];
  if (isGroupMac(frame.destination)) return [...copies, ...receiveGroup(parent, frame)];
  return [...copies, ...receiveUnicast(parent, frame)];
}

function receiveGroup(parent: Device, frame: Frame): readonly Verdict[] {
  const source = lookUp(parent, frame.source);
  const mode = source && modeOf(source);
  if (source && mode !== 'vepa' && mode !== 'bridge') {
    // "forward to original port": the sender itself gets it back, and nobody else, not even the parent.
    const cause: Cause =
      mode === 'source'
        ? { code: 'macvlan.source-sender', facts: { device: source.name } }
        : { code: 'macvlan.private', facts: { device: source.name, as: 'sender' } };
    const others = childrenOf(parent).filter((child) => child !== source);
    return [
      receiveOn(source, frame, groupType(frame.destination)),
      ...[parent, ...others].map((towards) => drop(cause, 'macvlan_handle_frame', { towards })),
    ];
  }
  return [...multicastRx(parent, frame, source), PASS];
}

function receiveUnicast(parent: Device, frame: Frame): readonly Verdict[] {
  const [passthru] = childrenOf(parent).filter((child) => modeOf(child) === 'passthru');
  // The first child of a passthru port gets every unicast, whatever its address: the parent's stack gets none.
  if (passthru?.link.up === false) return [drop(downCause(passthru), 'macvlan_handle_frame')];
  const child = passthru ?? lookUp(parent, frame.destination);
  const others = childrenOf(parent).filter((each) => each !== child && modeOf(each) !== 'source');
  const missed = others.map((each) => drop(missCause(parent, each, frame), 'macvlan_hash_lookup', { towards: each }));
  if (passthru)
    missed.push(
      drop(
        { code: 'macvlan.passthru', facts: { device: passthru.name, parent: parent.name } },
        'macvlan_handle_frame',
        { towards: parent },
      ),
    );
  // Private and VEPA make no difference here: unicast that comes in by the parent is delivered in every mode but source.
  return child && modeOf(child) !== 'source' ? [receiveOn(child, frame, 'host'), ...missed] : [...missed, PASS];
}

/** Why a unicast is not for a child. */
function missCause(parent: Device, child: Device, { destination }: Frame): Cause {
  if (child.link.mac === destination) return downCause(child);
  const facts = {
    device: child.name,
    mac: child.link.mac,
    parent: parent.name,
    parentMac: parent.link.mac,
    destination,
  };
  return { code: 'macvlan.other-mac', facts };
}

/**
 * `macvlan_multicast_rx`; before 6.4 a part of `macvlan_process_broadcast`. A child hears the groups that it has joined
 * (`macvlan_set_mac_lists`). Which those are the state does not say: the model takes every group for joined.
 */
function multicastRx(parent: Device, frame: Frame, source: Device | undefined): Verdict[] {
  const hearing = hearingModes(source);
  const room = broadcastRoom(childrenOf(parent).map(({ link }) => link));
  return childrenOf(parent).flatMap((child): Verdict[] => {
    const mode = modeOf(child);
    // It has had its copy, if it listens to the sender at all.
    if (child === source || mode === 'source') return [];
    if (!child.link.up) return [drop(downCause(child), 'macvlan_broadcast', { towards: child })];
    if (!hearing.includes(mode)) {
      // Bridge siblings had theirs on the way out.
      if (mode === 'bridge') return [];
      const cause: Cause = { code: 'macvlan.private', facts: { device: child.name, as: 'receiver' } };
      return [drop(cause, 'macvlan_multicast_rx', { towards: child })];
    }
    if (room > 0) return [receiveOn(child, frame, groupType(frame.destination))];
    // Since 6.4 the frames of a group that one child has joined need no queue (macvlan_recompute_bc_filter).
    if (frame.destination !== BROADCAST_MAC) return [unknown(`${parent} may have no queue for groups`)];
    return [
      drop({ code: 'macvlan.no-queue', facts: { parent: parent.name } }, 'macvlan_broadcast_enqueue', {
        towards: child,
      }),
    ];
  });
}

/** The modes of the children that hear a group frame, by the child that has sent it; undefined: somebody else. */
function hearingModes(source: Device | undefined): readonly string[] {
  if (!source) return ['private', 'vepa', 'passthru', 'bridge'];
  return modeOf(source) === 'vepa' ? ['vepa', 'bridge'] : ['vepa'];
}

/** `macvlan_forward_source`: a copy to each source child that has the sender on its list. */
function forwardToSources(parent: Device, frame: Frame, type: PacketType): { copies: Verdict[]; eaters: Device[] } {
  const listening = childrenOf(parent).filter((child) => modeOf(child) === 'source');
  const [heard, deaf] = [true, false].map((on) =>
    listening.filter((child) => macvlan.of(child.link).macaddr.includes(frame.source) === on),
  ) as [Device[], Device[]];
  const copies = heard.map((child) => {
    if (!child.link.up) return drop(downCause(child), 'macvlan_forward_source_one', { towards: child });
    return receiveOn(child, frame, frame.destination === child.link.mac ? 'host' : type);
  });
  const missed = deaf.map((child) =>
    drop({ code: 'macvlan.not-listed', facts: { device: child.name, mac: frame.source } }, 'macvlan_forward_source', {
      towards: child,
    }),
  );
  // macvlan_stop leaves the list of sources alone, so a child that is down gets no copy, but its nodst still consumes.
  return { copies: [...copies, ...missed], eaters: heard.filter((child) => macvlan.of(child.link).nodst) };
}

function childrenOf(parent: Device): readonly Device[] {
  return parent.uppers(macvlan);
}

/** `macvlan_hash_lookup`: children that are down are not in the table (`macvlan_stop`). */
function lookUp(parent: Device, mac: string): Device | undefined {
  return onlyUp(childrenOf(parent)).find(({ link }) => link.mac === mac);
}

function modeOf({ link }: Device): string {
  return macvlan.of(link).mode ?? 'vepa';
}
