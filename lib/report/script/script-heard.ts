import type { Interface } from '../../lab/index.ts';
import { type FrameKind, frameEnd, MULTICAST_GROUP } from '../../probes/test-frame.ts';
import { describeFrame } from '../../wire/describe-frame.ts';
import { decodeEthernet, ETHERTYPE } from '../../wire/ethernet.ts';
import { BROADCAST_MAC, multicastMac4, NO_MAC } from '../../wire/mac-address.ts';
import { VLAN_PROTOCOL_NUMBERS, withoutVlanTags } from '../../wire/vlan-tag.ts';
import { requireProgram, runIn } from './script-question.ts';
import { shellLine } from './shell-words.ts';

/** A frame that was to be heard, or not. */
export interface HeardQuestion {
  /** One of hairpin's kinds, or the bytes of another. */
  frame: FrameKind | Buffer;
  from: Interface;
  to: Interface;
  /** Whether the receiver had joined the frame's group. */
  joined: boolean;
  /** What was asked of the copies of the frame. @default whether one or more come */
  copies?: WantedCopies | undefined;
}

/** What a spec asks of copies, beside that they come. */
export interface WantedCopies {
  /** The frame as hairpin sent it: `ping` may send several. */
  sent: Buffer;
  /** The ids of the VLAN tags that a copy must have, the outermost first. @default any */
  tags?: readonly number[] | undefined;
  /** Exactly so many must come. @default one or more */
  count?: number | undefined;
  /** No other host was to get one. */
  only?: boolean | undefined;
}

/** A string of nft's ends at the first quote, and nothing can stand before one. */
const UNNAMEABLE = 'echo "lab.sh: nft cannot name a device with a quote in its name; give it another" >&2; exit 3';

/** A frame of its kind as `ping` makes the kernel send one: what ping is told, and how nft knows it. */
interface Ping {
  words: (string | number)[];
  match: string;
}

/** Sends bytes by a packet socket (AF_PACKET, SOCK_RAW): its arguments are the device's index and the bytes in hexadecimal. */
const SEND =
  'socket(my $s, 17, 3, 0) or die "socket: $!"; my $f = pack("H*", $ARGV[1]); ' +
  'send($s, $f, 0, pack("S a2 l S C C a8", 17, substr($f, 12, 2), $ARGV[0], 0, 0, 6, substr($f, 0, 6))) or die "send: $!"';

/**
 * The question as commands, whose last one's exit code is the answer. A counter at the device's ingress hears without
 * privileges that a user namespace does not have: tcpdump gives its own up, which it may not there.
 */
export function heardLines(question: HeardQuestion): string[] {
  const { frame, from, to, joined, copies } = question;
  const { tags, count, only, sent } = copies ?? {};
  const chain = `{ type filter hook ingress device "${to.name}" priority -500; }`;
  const isExact = tags !== undefined || count !== undefined;
  const bytes = isExact && sent ? sent : frame;
  const ping = Buffer.isBuffer(bytes) ? undefined : pings[bytes](question);
  const matches = Buffer.isBuffer(bytes) ? matchesOf(bytes, tags) : [`ether saddr ${from.mac} ${ping?.match}`];
  const table = [
    'add table netdev ask; add chain netdev ask came; add rule netdev ask came counter',
    `add chain netdev ask heard ${chain}`,
    ...matches.map((match) => `add rule netdev ask heard ${match} jump came`),
  ].join('; ');
  const join = ['ip', '-n', to.namespace.name, 'maddress', 'add', multicastMac4(MULTICAST_GROUP), 'dev', to.name];
  const know = ['nud', 'permanent', 'dev', from.name];
  const target = frameEnd(to).ip4 ?? '';
  return [
    `# The question: ${wordsOf(question)}: ${Buffer.isBuffer(frame) ? describeFrame(frame) : frame}?`,
    ...(only ? ['# Left out: whether another host gets a copy (only); the script does not look there'] : []),
    ...(ping ? ['# hairpin sent one of its own; this is one of ping.'] : []),
    '# A counter tells whether it comes to the device, before its stack.',
    requireProgram('nft', 'nftables'),
    ...(ping ? [] : [requireProgram('perl', 'perl-base')]),
    ...(to.name.includes('"') ? [UNNAMEABLE] : []),
    ...(frame === 'multicast' && joined ? [shellLine(...join)] : []),
    ...(frame === 'unicast'
      ? [shellLine('ip', '-n', from.namespace.name, 'neighbour', 'replace', target, 'lladdr', to.mac, ...know)]
      : []),
    runIn(to.namespace.name, 'nft', table),
    ping
      ? `${runIn(from.namespace.name, 'ping', ...ping.words)} >/dev/null 2>&1 || true`
      : sendLine(question, bytes as Buffer),
    // A copy may wait in the queue of a macvlan's parent (macvlan_broadcast_enqueue); ping has waited already.
    ...(ping ? [] : ['sleep 1']),
    `${runIn(to.namespace.name, 'nft', 'list', 'table', 'netdev', 'ask')} | grep -q 'packets ${count ?? '[1-9][0-9]*'} '`,
  ];
}

function wordsOf({ from, to, copies }: HeardQuestion): string {
  const { tags, count } = copies ?? {};
  const tagged = tags && (tags.length === 0 ? ' without VLAN tags' : ` with the VLAN tags ${tags.join(', ')}`);
  const counted = count !== undefined && `, in exactly ${count} ${count === 1 ? 'copy' : 'copies'}`;
  return `does a frame of ${from} come to ${to}${tagged || ''}${counted || ''}`;
}

/** How nft knows a frame, with these tags, or else with any: by what `frameIdentity` looks at, too. */
function matchesOf(frame: Buffer, tags?: readonly number[]): string[] {
  const { source, destination } = decodeEthernet(frame) ?? { source: NO_MAC, destination: NO_MAC };
  const { etherType = 0, payload = NO_BYTES } = decodeEthernet(withoutVlanTags(frame)) ?? {};
  const { protocol, ends } = ipFields(etherType, payload);
  // A router gives a packet other MAC addresses.
  const macs = ends.length > 0 ? [] : [`ether saddr ${source} ether daddr ${destination}`];
  const any = Array.from({ length: MOST_TAGS + 1 }, (_, count) => Array<undefined>(count).fill(undefined));
  return (tags ? [tags] : any).map((ids) => {
    const words = ids.flatMap((id, at) => [
      field(TYPE_AT + TAG * at, 2, `{ ${TAG_TYPES} }`),
      ...(id === undefined ? [] : [field(TYPE_AT + TAG * at + 2, 2, `& 0xfff == ${id}`)]),
    ]);
    const type = TYPE_AT + TAG * ids.length;
    const ip = [...protocol, ...ends].map(({ at, bytes }) =>
      field(type + 2 + at, bytes.length, `0x${bytes.toString('hex')}`),
    );
    return [...macs, ...words, field(type, 2, etherType), ...ip].join(' ');
  });
}

/** Bytes of a packet. */
interface Part {
  at: number;
  bytes: Buffer;
}

/** What a packet of IP carries, and its two addresses, unless it is one that no router forwards. */
function ipFields(etherType: number, packet: Buffer): { protocol: Part[]; ends: Part[] } {
  const fields = IP[etherType];
  if (!fields) return { protocol: [], ends: [] };
  const { protocolAt, sourceAt, length } = fields;
  const part = (at: number, size: number) => ({ at, bytes: packet.subarray(at, at + size) });
  const [source, destination] = [part(sourceAt, length), part(sourceAt + length, length)];
  // Without a source address (ip_route_input_slow, ip6_forward).
  const isRoutable = destination.bytes.length === length && source.bytes.some((byte) => byte !== 0);
  return {
    protocol: packet.length > protocolAt ? [part(protocolAt, 1)] : [],
    ends: isRoutable ? [source, destination] : [],
  };
}

/**
 * nft has no words for a second tag, so it is told where the bytes stand. It counts in bits, and sees the tag that the kernel keeps
 * beside a frame (`nft_payload_copy_vlan`).
 */
function field(at: number, length: number, wanted: string | number): string {
  return `@ll,${at * 8},${length * 8} ${wanted}`;
}

/** Where the EtherType stands, and the length of a tag in front of it, in bytes. */
const TYPE_AT = 12;
const TAG = 4;
const TAG_TYPES = Object.values(VLAN_PROTOCOL_NUMBERS).join(', ');
/** Where nobody asked for tags: QinQ has two. */
const MOST_TAGS = 2;

/**
 * Where a packet says what it carries and who sent it; the destination follows, of the same length. The hosts of one frame also send each
 * other ARP, ICMP and ND.
 */
const IP: Readonly<Record<number, { protocolAt: number; sourceAt: number; length: number }>> = {
  [ETHERTYPE.ipv4]: { protocolAt: 9, sourceAt: 12, length: 4 },
  [ETHERTYPE.ipv6]: { protocolAt: 6, sourceAt: 8, length: 16 },
};
const NO_BYTES = Buffer.alloc(0);

function sendLine({ from }: HeardQuestion, frame: Buffer): string {
  const { name } = from.namespace;
  const index = `"$(${runIn(name, 'cat', `/sys/class/net/${from.name}/ifindex`)})"`;
  return `${runIn(name, 'perl', '-e', SEND)} ${index} ${frame.toString('hex')}`;
}

const pings: Record<FrameKind, (question: HeardQuestion) => Ping> = {
  unicast: (question) => ({ words: once(4, question), match: `ether daddr ${question.to.mac} ip protocol icmp` }),
  broadcast: ({ from }) => ({
    words: ['-4', '-b', '-c', 1, '-W', 1, '-I', from.name, '255.255.255.255'],
    match: `ether daddr ${BROADCAST_MAC} ip protocol icmp`,
  }),
  multicast: ({ from }) => ({
    words: ['-4', '-c', 1, '-W', 1, '-I', from.name, MULTICAST_GROUP],
    match: `ip daddr ${MULTICAST_GROUP} ip protocol icmp`,
  }),
  // The first packet has to ask: nobody knows anybody in a network that was just made.
  arp: (question) => ({ words: once(4, question), match: `ether daddr ${BROADCAST_MAC} ether type arp` }),
  nd: (question) => ({ words: once(6, question), match: 'icmpv6 type nd-neighbor-solicit' }),
};

function once(family: 4 | 6, { from, to }: HeardQuestion): (string | number)[] {
  const { ip4 = '', ip6 = '' } = frameEnd(to);
  return [`-${family}`, '-c', 1, '-W', 1, '-I', from.name, family === 4 ? ip4 : ip6];
}
