import { isDeepStrictEqual } from 'node:util';
import { linkAttributes } from '../netlink/link.ts';
import { linkDataOf, portDataOf } from '../netlink/link-kind.ts';
import type { Rows, Table } from '../netlink/table.ts';
import type { Type } from '../netlink/type.ts';
import { freshLink, type ReadLink, readRawLinks } from './fresh-links.ts';
import type { LinkChanges } from './network-state.ts';
import type { RawAttributes } from './raw-link.ts';
import type { StateSource } from './read-network.ts';
import { STATUS } from './status-attributes.ts';

/** What somebody changed of each device since it was made. Of a kind that cannot be made for comparison nothing is said. */
export function readChanges({ rtnetlink }: StateSource): LinkChanges[] {
  return readRawLinks(rtnetlink).flatMap((read) => {
    const { kind, index } = read.state;
    const isPort = read.state.slaveKind === 'bridge';
    const fresh = kind === undefined ? undefined : (freshLink(kind, isPort) ?? freshLink(kind, false));
    if (!fresh) return [];
    const port = isPort && !fresh.state.slaveKind ? freshLink('veth', true) : fresh;
    return [
      {
        index,
        settings: changed(read.state.data, fresh.state.data),
        port: isPort ? changed(read.state.slaveData, port?.state.slaveData) : {},
        unsaid: [...unsaidOfLink(read, fresh), ...(isPort && port ? unsaidOfPort(read, port) : [])],
      },
    ];
  });
}

function changed(now: unknown, fresh: unknown): Record<string, unknown> {
  if (typeof now !== 'object' || now === null || now instanceof Uint8Array) return {};
  const before = Object(fresh) as Record<string, unknown>;
  const entries = Object.entries(now).filter(
    ([key, value]) => value !== undefined && !isDeepStrictEqual(value, before[key]),
  );
  return Object.fromEntries(entries);
}

function unsaidOfLink({ state, raw }: ReadLink, fresh: ReadLink): string[] {
  const { kind = '' } = state;
  const ofKind = kind.startsWith('macv') ? STATUS.macvlan : kind === 'bridge' ? STATUS.bridge : NONE;
  return [
    ...unsaid('', raw.link, fresh.raw.link, [STATUS.link, numbersOf(linkAttributes)]),
    ...unsaid('IFLA_INFO_DATA', raw.data, fresh.raw.data, [ofKind, numbersOf(linkDataOf(kind))]),
  ];
}

function unsaidOfPort({ raw }: ReadLink, fresh: ReadLink): string[] {
  const known = [STATUS.bridgePort, numbersOf(portDataOf('bridge'))];
  return unsaid('IFLA_INFO_SLAVE_DATA', raw.slaveData, fresh.raw.slaveData, known);
}

const NONE: ReadonlySet<number> = new Set();

function numbersOf(type: Type<unknown, never> | undefined): ReadonlySet<number> {
  const { rows = {} } = (type ?? {}) as Partial<Table<Rows>>;
  return new Set(Object.values(rows).map(({ number }) => number));
}

/** The attributes that no table knows, and that are not as of a new device. */
function unsaid(
  where: string,
  now: RawAttributes,
  fresh: RawAttributes,
  known: readonly ReadonlySet<number>[],
): string[] {
  return [...now]
    .filter(([number, bytes]) => !known.some((each) => each.has(number)) && !fresh.get(number)?.equals(bytes))
    .map(([number, bytes]) => `${nameOf(where, number)} 0x${Buffer.from(bytes).toString('hex')}`);
}

/** Of the device itself, by the kernel's names (linux/if_link.h): what `ip link` says, but lab.sh does not. */
const NAMES: Readonly<Record<number, string>> = {
  ...{ 13: 'IFLA_TXQLEN', 17: 'IFLA_LINKMODE', 20: 'IFLA_IFALIAS', 27: 'IFLA_GROUP', 31: 'IFLA_NUM_TX_QUEUES' },
  ...{ 32: 'IFLA_NUM_RX_QUEUES', 39: 'IFLA_PROTO_DOWN', 40: 'IFLA_GSO_MAX_SEGS', 41: 'IFLA_GSO_MAX_SIZE' },
  ...{ 52: 'IFLA_PROP_LIST', 58: 'IFLA_GRO_MAX_SIZE', 63: 'IFLA_GSO_IPV4_MAX_SIZE', 64: 'IFLA_GRO_IPV4_MAX_SIZE' },
};

function nameOf(where: string, number: number): string {
  if (where !== '') return `attribute ${number} of ${where}`;
  return NAMES[number] ?? `attribute ${number}`;
}
