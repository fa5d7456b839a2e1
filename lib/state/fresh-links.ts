import { once } from '../base/once.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { bridge } from '../links/bridge.ts';
import { makeLink } from '../links/make-link.ts';
import { kindOf } from '../links/registry.ts';
import { veth } from '../links/veth.ts';
import { inNewNamespace, type OpenNamespace } from '../netlink/in-new-namespace.ts';
import { ipLink, type LinkState } from '../netlink/link.ts';
import type { NetlinkSocket } from '../netlink/socket.ts';
import { ARPHRD } from '../wire/arp.ts';
import { type RawLink, rawLink } from './raw-link.ts';

/** A device, and what it says of itself by bytes. */
export interface ReadLink {
  readonly state: LinkState;
  readonly raw: RawLink;
}

/** Every device of a namespace, with its bytes. */
export function readRawLinks(rtnetlink: NetlinkSocket): ReadLink[] {
  return rtnetlink.list(ipLink.saved()).map(({ state, body }) => ({ state, raw: rawLink(body) }));
}

const [LOWER, PEER, DEVICE, OTHER, BRIDGE] = [100, 101, 102, 103, 104];

/** The loopback of a new namespace. */
export const freshLoopback = once(() =>
  inNewNamespace(({ rtnetlink }) => readRawLinks(rtnetlink).find(({ state }) => isLoopback(state))),
);

/** Whether it is the loopback of its namespace (`ARPHRD_LOOPBACK`). */
export function isLoopback({ hardware }: Pick<LinkState, 'hardware'>): boolean {
  return hardware === ARPHRD.LOOPBACK;
}

/** By kind and the settings that it varies by, and whether it is a port of a bridge; undefined: one such cannot be made alone. */
const known = new Map<string, ReadLink | undefined>();

/**
 * A device of a kind as it is when somebody has just made it and said nothing of it. It is made in a namespace of its own, once a
 * kind.
 *
 * @param data the settings of the device that it is compared with
 * @param isPort whether it is a port of a bridge, which is as new as it is
 */
export function freshLink(kind: string, isPort: boolean, data: unknown = {}): ReadLink | undefined {
  const { varies = [] } = kindOf({ kind })?.description ?? {};
  const settings = Object.fromEntries(varies.map((name) => [name, Object(data)[name]]));
  const key = `${kind} ${isPort} ${JSON.stringify(settings)}`;
  if (!known.has(key))
    known.set(
      key,
      inNewNamespace((place) => make(place, kind, isPort, settings)),
    );
  return known.get(key);
}

function make(place: OpenNamespace, kind: string, isPort: boolean, settings: object): ReadLink | undefined {
  const { rtnetlink } = place;
  const described = kindOf({ kind });
  const isOnAnother = described !== undefined && described.lower !== 'none';
  try {
    if (isOnAnother) rtnetlink.change(ipLink.add({ index: LOWER, name: 'lower', ...veth.as(withPeer(PEER)) }));
    const device = { index: DEVICE, name: 'fresh', ...(isOnAnother && { link: LOWER }) };
    if (!described) rtnetlink.change(ipLink.add({ ...device, kind }));
    else {
      const peer = described.end === 'peer' ? withPeer(OTHER) : {};
      const data = { ...described.description.trial, ...settings, ...peer };
      makeLink(place, described, device, data);
    }
    if (isPort) {
      rtnetlink.change(ipLink.add({ index: BRIDGE, name: 'bridge', ...bridge.as({}) }));
      rtnetlink.change(ipLink.change({ index: DEVICE, master: BRIDGE }));
    }
  } catch (error) {
    if (error instanceof KernelError) return undefined;
    throw error;
  }
  return readRawLinks(rtnetlink).find(({ state }) => state.index === DEVICE);
}

function withPeer(index: number): { peer: { index: number; name: string } } {
  return { peer: { index, name: `peer${index}` } };
}
