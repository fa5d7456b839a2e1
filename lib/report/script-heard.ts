import type { Interface } from '../lab/index.ts';
import { type FrameKind, frameEnd, MULTICAST_GROUP } from '../probes/test-frame.ts';
import { multicastMac4 } from '../wire/mac-address.ts';
import { needs, within } from './script-question.ts';
import { shellLine } from './shell-words.ts';

/** A frame that was to be heard, or not. */
export interface HeardQuestion {
  frame: FrameKind;
  from: Interface;
  to: Interface;
  /** Whether the receiver had joined the frame's group. */
  joined: boolean;
}

/** A frame of its kind as `ping` makes the kernel send one: what ping is told, and what tcpdump is to look for. */
interface Ping {
  words: (string | number)[];
  filter: string;
}

/** The question as commands, whose last one's exit code is the answer. */
export function heardLines(question: HeardQuestion): string[] {
  const { frame, from, to, joined } = question;
  const { words, filter } = pings[frame](question);
  const source = `ether src ${from.mac}`;
  const listen = ['timeout', 5, 'tcpdump', '-i', to.name, '-n', '-p', '-c', 1, '-Q', 'in', `${source} and ${filter}`];
  const join = ['ip', '-n', to.namespace.name, 'maddress', 'add', multicastMac4(MULTICAST_GROUP), 'dev', to.name];
  const know = ['nud', 'permanent', 'dev', from.name];
  const target = frameEnd(to).ip4 ?? '';
  return [
    `# The question: does ${to} hear a frame of ${from}: ${frame}?`,
    '# hairpin sent one of its own; this is one of ping, and tcpdump says what comes to the device, before its stack.',
    needs('tcpdump', 'tcpdump'),
    ...(frame === 'multicast' && joined ? [shellLine(...join)] : []),
    ...(frame === 'unicast'
      ? [shellLine('ip', '-n', from.namespace.name, 'neighbour', 'replace', target, 'lladdr', to.mac, ...know)]
      : []),
    `${within(to.namespace.name, ...listen)} >/dev/null 2>&1 &`,
    'sleep 1',
    `${within(from.namespace.name, 'ping', ...words)} >/dev/null 2>&1 || true`,
    'wait $! || exit 1',
  ];
}

const pings: Record<FrameKind, (question: HeardQuestion) => Ping> = {
  unicast: (question) => ({ words: once(4, question), filter: `ether dst ${question.to.mac} and icmp` }),
  broadcast: ({ from }) => ({
    words: ['-4', '-b', '-c', 1, '-W', 1, '-I', from.name, '255.255.255.255'],
    filter: 'ether broadcast and icmp',
  }),
  multicast: ({ from }) => ({
    words: ['-4', '-c', 1, '-W', 1, '-I', from.name, MULTICAST_GROUP],
    filter: `dst host ${MULTICAST_GROUP}`,
  }),
  // The first packet has to ask: nobody knows anybody in a network that was just made.
  arp: (question) => ({ words: once(4, question), filter: 'ether broadcast and arp' }),
  nd: (question) => ({ words: once(6, question), filter: 'ether multicast and icmp6 and ip6[40] == 135' }),
};

function once(family: 4 | 6, { from, to }: HeardQuestion): (string | number)[] {
  const { ip4 = '', ip6 = '' } = frameEnd(to);
  return [`-${family}`, '-c', 1, '-W', 1, '-I', from.name, family === 4 ? ip4 : ip6];
}
