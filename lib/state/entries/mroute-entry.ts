import { flag, ip } from '../../netlink/codec/scalars.ts';
import { among, from, word } from '../../netlink/codec/value-rule.ts';
import type { Request } from '../../netlink/request.ts';
import { ipMroute, MROUTE_PROTOCOLS, type Mroute } from '../../netlink/routing/mroute.ts';
import { FAMILIES } from '../../wire/ip-address.ts';
import { type DeviceNames, describeEntry, type EntryKind, nameIn, nameOrNone } from './entry-kind.ts';
import { deviceName, inner } from './fields.ts';
import { routeTable } from './route-entry.ts';

/** A multicast route, as `ip mroute` has it. */
export interface MrouteEntry extends Omit<Mroute, 'input' | 'outputs' | 'protocol' | 'wrongInput'> {
  /** The interface that packets have to come in by; undefined as long as `unresolved`. */
  in: string | undefined;
  /** The interfaces that packets leave by, if their TTL is greater than `ttl`. */
  out: { dev: string; ttl: number }[];
  /** `mrouted`: the program with the router socket added it, such as hairpin or smcrouted; `static`: another program did. */
  proto: Mroute['protocol'];
  /** Packets that came in by another interface. */
  wrongIn: number;
}

const count = from(0, Number.MAX_SAFE_INTEGER);

/** The kernel tells of a new route, a changed one, and one that packets begin to wait for (`mroute_netlink_event`). */
export const mrouteEntry: EntryKind<MrouteEntry> = describeEntry<Mroute | undefined, MrouteEntry>({
  noun: 'multicast route',
  monitored: ['mroute'],
  family: ipMroute,
  requests: [ipMroute.all({ family: 4 }), ipMroute.all({ family: 6 })],
  fields: {
    ...{ group: ip, source: ip, family: among(4, 6), in: deviceName },
    ...{ out: inner({ dev: deviceName, ttl: from(0, 255) }), table: routeTable, proto: word(...MROUTE_PROTOCOLS) },
    ...{ unresolved: flag, packets: count, bytes: count, wrongIn: count },
  },
  entries: (route, names) => (route ? [mrouteOf(route, names)] : []),
  isOf: (entry, device) => entry.in === device || entry.out.some(({ dev }) => dev === device),
});

/** The multicast routes of a namespace, those of IPv4 first. */
export function listMroutes(rtnetlink: { list<Answer>(request: Request<Answer>): Answer[] }): Mroute[] {
  return FAMILIES.flatMap((family) =>
    rtnetlink.list(ipMroute.all({ family })).filter((route) => route !== undefined && route.family === family),
  ) as Mroute[];
}

/** A multicast route of the kernel's with names in place of numbers. */
export function mrouteOf(route: Mroute, names: DeviceNames): MrouteEntry {
  const { input, outputs, protocol, wrongInput, ...rest } = route;
  return {
    ...rest,
    in: nameOrNone(names, input),
    out: outputs.map(({ device, ttl }) => ({ dev: nameIn(names, device), ttl })),
    proto: protocol,
    wrongIn: wrongInput,
  };
}
