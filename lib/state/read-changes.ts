import { isDeepStrictEqual } from 'node:util';
import { bridgePort, isBridgePort, PORT_STATUS } from '../links/bridge-port.ts';
import { kindOf } from '../links/registry.ts';
import { veth } from '../links/veth.ts';
import { type Rows, type Table, versionsOf } from '../netlink/codec/table.ts';
import { linkAttributes } from '../netlink/link.ts';
import { freshLink, freshLoopback, isLoopback, type ReadLink, readRawLinks } from './fresh-links.ts';
import type { LinkChanges } from './network-state.ts';
import type { RawAttributes } from './raw-link.ts';
import type { StateSource } from './state-source.ts';
import { LINK_STATUS } from './status-attributes.ts';

/** What somebody changed of each device since it was made. Of a kind that cannot be made for comparison nothing is said. */
export function readChanges({ rtnetlink }: StateSource): LinkChanges[] {
  return readRawLinks(rtnetlink).flatMap((read) => {
    const { kind, index, data } = read.state;
    const isPort = isBridgePort(read.state);
    const fresh =
      kind === undefined
        ? isLoopback(read.state)
          ? freshLoopback()
          : undefined
        : (freshLink(kind, isPort, data) ?? freshLink(kind, false, data));
    if (!fresh) return [];
    const port = isPort && !isBridgePort(fresh.state) ? freshLink(veth.kind, true) : fresh;
    return [
      {
        index,
        settings: changed(read.state.data, fresh.state.data),
        port: isPort ? changed(read.state.slaveData, port?.state.slaveData) : {},
        withoutWords: [
          ...changedLinkAttributes(read, fresh),
          ...(isPort && port ? changedPortAttributes(read, port) : []),
        ],
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

function changedLinkAttributes({ state, raw }: ReadLink, fresh: ReadLink): string[] {
  const kind = kindOf(state);
  return [
    ...changedFlags(raw.flags, fresh.raw.flags),
    ...changedBroadcast(raw.link, fresh.raw.link),
    ...unnamedBits('IFLA_INFO_DATA', raw.data, fresh.raw.data, kind?.table),
    ...unknownAttributes('', raw.link, fresh.raw.link, [statusOf(LINK_STATUS), numbersOf(linkAttributes)]),
    ...unknownAttributes('IFLA_INFO_DATA', raw.data, fresh.raw.data, [
      statusOf(kind?.description.status ?? {}),
      numbersOf(kind?.table),
    ]),
  ];
}

function changedPortAttributes({ raw }: ReadLink, fresh: ReadLink): string[] {
  const known = [statusOf(PORT_STATUS), numbersOf(bridgePort)];
  return unknownAttributes('IFLA_INFO_SLAVE_DATA', raw.slaveData, fresh.raw.slaveData, known);
}

/** What `ip link set` changes of the flags of a device (`__dev_change_flags`), but for those that lab.sh says. */
const FLAGS = { trailers: -0x20, multicast: 0x1000, dynamic: 0x8000 } as const;

function changedFlags(now: number, fresh: number): string[] {
  return Object.entries(FLAGS)
    .filter(([, bit]) => ((now ^ fresh) & Math.abs(bit)) !== 0)
    .map(([word, bit]) => `${word} ${((now & Math.abs(bit)) !== 0) === bit > 0 ? 'on' : 'off'}`);
}

const IFLA_BROADCAST = 2;

/** Of a tunnel of IP it is the other end. */
function changedBroadcast(now: RawAttributes, fresh: RawAttributes): string[] {
  const [own, usual] = [now.get(IFLA_BROADCAST), fresh.get(IFLA_BROADCAST)];
  const isUsual = !own || !usual || own.equals(usual) || !usual.every((byte) => byte === 0xff);
  return isUsual ? [] : [`IFLA_BROADCAST 0x${own.toString('hex')}`];
}

/** The bits of an attribute that no property stands for, and that are not as of a new device. */
function unnamedBits(
  where: string,
  now: RawAttributes,
  fresh: RawAttributes,
  { rows }: Pick<Table<Rows>, 'rows'> = { rows: {} },
): string[] {
  return Object.values(rows).flatMap(({ number, of }) => {
    const [own, usual] = [now, fresh]
      .map((from) => from.get(number))
      .map((bytes) => (bytes && of.unnamed?.(bytes)) ?? 0);
    return own === usual ? [] : [`bits 0x${own?.toString(16)} of attribute ${number} of ${where}`];
  });
}

function statusOf(numbers: Readonly<Record<string, number>>): ReadonlySet<number> {
  return new Set(Object.values(numbers));
}

function numbersOf({ rows }: Pick<Table<Rows>, 'rows'> = { rows: {} }): ReadonlySet<number> {
  const withWords = Object.values(rows).filter(({ options }) => options.word !== false);
  return new Set(withWords.flatMap((row) => versionsOf(row).map(({ number }) => number)));
}

/** The attributes that no table knows, and that are not as of a new device. */
function unknownAttributes(
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
  ...{ 32: 'IFLA_NUM_RX_QUEUES', 40: 'IFLA_GSO_MAX_SEGS', 41: 'IFLA_GSO_MAX_SIZE' },
  ...{ 58: 'IFLA_GRO_MAX_SIZE', 63: 'IFLA_GSO_IPV4_MAX_SIZE', 64: 'IFLA_GRO_IPV4_MAX_SIZE' },
};

function nameOf(where: string, number: number): string {
  if (where !== '') return `attribute ${number} of ${where}`;
  return NAMES[number] ?? `attribute ${number}`;
}
