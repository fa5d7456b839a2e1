import type { Interface } from '../lab/index.ts';
import { type FrameKind, frameEnd, MULTICAST_GROUP } from '../probes/test-frame.ts';
import { describeFrame } from '../wire/describe-frame.ts';
import { decodeEthernet } from '../wire/ethernet.ts';
import { BROADCAST_MAC, multicastMac4, NO_MAC } from '../wire/mac-address.ts';
import { needs, within } from './script-question.ts';
import { shellLine } from './shell-words.ts';

/** A frame that was to be heard, or not. */
export interface HeardQuestion {
  /** One of hairpin's kinds, or the bytes of another. */
  frame: FrameKind | Buffer;
  from: Interface;
  to: Interface;
  /** Whether the receiver had joined the frame's group. */
  joined: boolean;
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
  const { frame, from, to, joined } = question;
  const chain = `{ type filter hook ingress device "${to.name}" priority -500; }`;
  const ping = Buffer.isBuffer(frame) ? undefined : pings[frame](question);
  const rule = `${ping ? `ether saddr ${from.mac} ${ping.match}` : macsOf(frame as Buffer)} counter`;
  const table = `add table netdev ask; add chain netdev ask heard ${chain}; add rule netdev ask heard ${rule}`;
  const join = ['ip', '-n', to.namespace.name, 'maddress', 'add', multicastMac4(MULTICAST_GROUP), 'dev', to.name];
  const know = ['nud', 'permanent', 'dev', from.name];
  const target = frameEnd(to).ip4 ?? '';
  return [
    `# The question: does a frame of ${from} come to ${to}: ${Buffer.isBuffer(frame) ? describeFrame(frame) : frame}?`,
    ...(ping ? ['# hairpin sent one of its own; this is one of ping.'] : []),
    '# A counter tells whether it comes to the device, before its stack.',
    needs('nft', 'nftables'),
    ...(ping ? [] : [needs('perl', 'perl-base')]),
    ...(to.name.includes('"') ? [UNNAMEABLE] : []),
    ...(frame === 'multicast' && joined ? [shellLine(...join)] : []),
    ...(frame === 'unicast'
      ? [shellLine('ip', '-n', from.namespace.name, 'neighbour', 'replace', target, 'lladdr', to.mac, ...know)]
      : []),
    within(to.namespace.name, 'nft', table),
    ping
      ? `${within(from.namespace.name, 'ping', ...ping.words)} >/dev/null 2>&1 || true`
      : sendLine(question, frame as Buffer),
    `${within(to.namespace.name, 'nft', 'list', 'table', 'netdev', 'ask')} | grep -q 'packets [1-9]'`,
  ];
}

/** How nft knows a frame by its addresses. */
function macsOf(frame: Buffer): string {
  const { source, destination } = decodeEthernet(frame) ?? { source: NO_MAC, destination: NO_MAC };
  return `ether saddr ${source} ether daddr ${destination}`;
}

function sendLine({ from }: HeardQuestion, frame: Buffer): string {
  const { name } = from.namespace;
  const index = `"$(${within(name, 'cat', `/sys/class/net/${from.name}/ifindex`)})"`;
  return `${within(name, 'perl', '-e', SEND)} ${index} ${frame.toString('hex')}`;
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
