import { describe, expect, type FrameDescription, type Lab, type Namespace, test } from 'hairpin';
import { vi } from 'vitest';
import { checksum } from '../../lib/wire/checksum.ts';
import { ipToBytes } from '../../lib/wire/ip-address.ts';
import { IP_PROTOCOL } from '../../lib/wire/ipv4.ts';
import { pseudoHeader } from '../../lib/wire/ipv6.ts';

/** What a report of IGMPv3 or MLDv2 says of a group (RFC 3376 section 4.2.12, RFC 3810 section 5.2.12). */
const RECORDS = { is_include: 1, is_exclude: 2, to_exclude: 4, allow: 5, block: 6 } as const;
type Report = readonly [record: keyof typeof RECORDS, sources: readonly number[]];

/** The protocol, and how a source is written for its number. */
export interface Protocol {
  version: 4 | 6;
  group: string;
  source: (id: number) => string;
}

/** Reports that come one after another, and of which sources the group is sent on then (RFC 3376 section 6.4). */
interface Case {
  name: string;
  reports: readonly Report[];
  forwarded: readonly number[];
  kept: readonly number[];
  /** A source is forgotten only when nobody has asked for it any more. */
  soon?: true;
}

export const INCLUDE: Report = ['is_include', [1, 2, 3]];
export const EXCLUDE: Report = ['is_exclude', [1, 2, 20, 21]];
/** For what the bridge does only after a time, in milliseconds: a machine may be slow. */
export const WITHIN = 20_000;
/** A source that no report tells of. */
const OTHER = 100;

const CASES: readonly Case[] = [
  { name: 'is_include', reports: [INCLUDE], forwarded: [1, 2, 3], kept: [OTHER] },
  ...(['allow', 'is_include'] as const).map((record) => ({
    name: `include -> ${record}`,
    reports: [INCLUDE, [record, [10, 11, 12]] as const],
    forwarded: [1, 2, 3, 10, 11, 12],
    kept: [OTHER],
  })),
  { name: 'include -> is_exclude', reports: [INCLUDE, EXCLUDE], forwarded: [1, 2, OTHER], kept: [20, 21] },
  {
    name: 'include -> to_exclude',
    reports: [INCLUDE, ['to_exclude', [1, 20, 30]]],
    forwarded: [1, OTHER],
    kept: [20, 30],
  },
  ...(['allow', 'is_include'] as const).map((record) => ({
    name: `exclude -> ${record}`,
    reports: [INCLUDE, EXCLUDE, [record, [20, 30]] as const],
    forwarded: [1, 2, 20, 30, OTHER],
    kept: [21],
  })),
  {
    name: 'exclude -> is_exclude',
    reports: [INCLUDE, EXCLUDE, ['is_exclude', [20, 30]]],
    forwarded: [30, OTHER],
    kept: [20],
  },
  {
    name: 'exclude -> to_exclude',
    reports: [INCLUDE, EXCLUDE, ['to_exclude', [1, 20, 30]]],
    forwarded: [1, 30, OTHER],
    kept: [20],
  },
  {
    name: 'include -> block',
    reports: [INCLUDE, ['block', [1, 20, 30]]],
    forwarded: [2, 3],
    kept: [1, OTHER],
    soon: true,
  },
  {
    name: 'exclude -> block',
    reports: [INCLUDE, EXCLUDE, ['block', [1, 20, 30]]],
    forwarded: [1, 2, 30, OTHER],
    kept: [20, 21],
  },
];

// member ── p0 ┐
// other ─── p1 ├ br0, which asks for members
// sender ── p2 ┘
export class Snooping {
  readonly #protocol: Protocol;
  readonly member: Namespace;
  readonly other: Namespace;
  readonly #sender: Namespace;
  readonly bridge;

  constructor(lab: Lab, protocol: Protocol) {
    this.#protocol = protocol;
    const host = lab.namespace('host');
    [this.member, this.other, this.#sender] = [
      lab.namespace('member'),
      lab.namespace('other'),
      lab.namespace('sender'),
    ];
    const ports = [this.member, this.other, this.#sender].map(
      (end, at) => lab.cable(end, host, { b: { name: `p${at}`, address: false } }).b,
    );
    this.bridge = host.bridge({
      ...{ ports, mcastSnooping: true, mcastIgmpVersion: 3, mcastMldVersion: 2, mcastQueryResponseInterval: 0 },
    });
  }

  /** The bridge asks for members, and sends on nothing that nobody wants. */
  async begin(): Promise<void> {
    await this.bridge.namespace.settled();
    this.bridge.set({ mcastQuerier: true });
    await vi.waitFor(() => expect(this.member).not.toSee(this.#sender, { frame: this.#from(OTHER) }), WITHIN);
  }

  async report(host: Namespace, ...reports: readonly Report[]): Promise<void> {
    for (const each of reports)
      await expect(this.bridge.namespace.interface(host === this.member ? 'p0' : 'p1')).toSee(host, {
        frame: reportFrame(this.#protocol, each),
      });
  }

  /** What the bridge keeps of the member, as `bridge -d mdb` shows it. */
  async keeps(forwarded: readonly number[], kept: readonly number[]): Promise<void> {
    const { group, source } = this.#protocol;
    const of = { group, port: 'p0' };
    const filterMode = forwarded.includes(OTHER) ? 'exclude' : 'include';
    await expect(this.bridge).toHaveMdbEntry({ ...of, src: undefined, filterMode }, { within: WITHIN });
    for (const [ids, blocked] of [[forwarded, false] as const, [filterMode === 'exclude' ? kept : [], true] as const])
      for (const id of ids.filter((each) => each !== OTHER))
        await expect(this.bridge).toHaveMdbEntry({ ...of, src: source(id), blocked }, { within: WITHIN });
  }

  async sendsOn(forwarded: readonly number[], kept: readonly number[] = []): Promise<void> {
    await Promise.all([
      ...forwarded.map((id) => expect(this.member).toSee(this.#sender, { frame: this.#from(id) })),
      ...kept.map((id) => expect(this.member).not.toSee(this.#sender, { frame: this.#from(id) })),
    ]);
  }

  #from(id: number): FrameDescription {
    const { source, group } = this.#protocol;
    return { ip: { source: source(id), destination: group }, udp: {} };
  }
}

/** The cases of reports with sources, which are the same for both protocols: `IGMPv3`, `MLDv2`. */
export function testSourceLists(name: string, protocol: Protocol): void {
  const { group } = protocol;
  describe('reports with lists of sources say which of them the group is sent on from', () => {
    test.for(CASES)(`${name} report ${group} $name`, async ({ reports, forwarded, kept, soon }, { lab }) => {
      const net = new Snooping(lab, protocol);
      // How long the bridge waits for somebody else who wants a source that a member does not want any more.
      net.bridge.set({ mcastLastMemberInterval: soon ? 0.1 : 600 });
      await net.begin();
      await net.report(net.member, ...reports);
      await net.keeps(forwarded, kept);
      await (soon ? vi.waitFor(() => net.sendsOn(forwarded, kept), WITHIN) : net.sendsOn(forwarded, kept));
    });

    test(`${name} group ${group} exclude timeout`, async ({ lab }) => {
      const net = new Snooping(lab, protocol);
      await net.begin();
      net.bridge.set({ mcastMembershipInterval: 0.5 });
      await net.report(net.member, INCLUDE, EXCLUDE);
      net.bridge.set({ mcastMembershipInterval: 600 });
      await net.report(net.member, ['allow', [20, 30]]);
      await net.keeps([20, 30], []);
      await vi.waitFor(() => net.sendsOn([20, 30], [1, 2, OTHER]), WITHIN);
    });

    test(`${name} S,G port entry automatic add to a *,G port`, async ({ lab }) => {
      const net = new Snooping(lab, protocol);
      await net.begin();
      await net.report(net.member, INCLUDE, EXCLUDE);
      await net.report(net.other, INCLUDE);
      await net.keeps([3, OTHER], []);
      await net.sendsOn([3]);
    });
  });
}

function reportFrame({ version, group, source }: Protocol, [record, sources]: Report): FrameDescription {
  const members = sources.map((id) => ipToBytes(source(id)));
  const head = Buffer.from([version === 4 ? 0x22 : 143, 0, 0, 0, 0, 0, 0, 1]);
  const list = Buffer.from([RECORDS[record], 0, 0, sources.length]);
  const message = Buffer.concat([head, list, ipToBytes(group), ...members]);
  if (version === 4) {
    message.writeUInt16BE(checksum(message), 2);
    return { ip: { destination: '224.0.0.22', ttl: 1, protocol: 2 }, payload: message };
  }
  const ends = { source: 'fe80::1', destination: 'ff02::16', nextHeader: IP_PROTOCOL.icmpv6 };
  message.writeUInt16BE(checksum(pseudoHeader({ ...ends, hopLimit: 1, payload: message }), message), 2);
  // A router alert stands before it (RFC 3810 section 5).
  const hopByHop = Buffer.from([IP_PROTOCOL.icmpv6, 0, 5, 2, 0, 0, 1, 0]);
  return {
    ip: { source: ends.source, destination: ends.destination, ttl: 1, protocol: 0 },
    payload: Buffer.concat([hopByHop, message]),
  };
}
