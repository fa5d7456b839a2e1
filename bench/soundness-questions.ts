import { type Answer, formatMessage } from '../lib/matchers/message.ts';
import { toBehaveAs } from '../lib/matchers/to-behave-as.ts';
import { toHear } from '../lib/matchers/to-hear.ts';
import { toMatchReachability } from '../lib/matchers/to-match-reachability.ts';
import { toReach } from '../lib/matchers/to-reach.ts';
import { toSee } from '../lib/matchers/to-see.ts';
import type { ReachOptions } from '../lib/probes/reach-options.ts';
import type { FrameKind } from '../lib/probes/test-frame.ts';
import { ask } from './ask.ts';
import { type Network, SERVER_PORT, type Variant } from './soundness-networks.ts';

type Ask = (isNot: boolean, network: Network, variant: Variant) => Promise<Answer>;

/** One kind of question. */
interface Kind {
  ask: Ask;
  /** Whether it is true of a network; without it, where the network reaches. */
  isTrue?: (variant: Variant) => boolean;
  /** Where it can be asked; without it, where the target has no server. */
  isFor?: (variant: Variant) => boolean;
  /** It is asked in one of so many rounds. */
  rare?: number;
}

const hasNoServer = ({ programs }: Variant) => programs !== 'serves';

/** Every kind of question, by the name that `--only` takes. */
export const KINDS: Record<string, Kind> = {
  icmp: { ask: reach({}) },
  icmp6: { ask: reach({ family: 6 }) },
  tcp: { ask: reach({ by: 'tcp' }), isFor: () => true },
  udp: { ask: reach({ by: 'udp' }), isFor: () => true },
  arp: { ask: reach({ by: 'arp' }) },
  nd: { ask: reach({ by: 'nd' }) },
  'hear-unicast': { ask: hear('unicast') },
  'hear-broadcast': { ask: hear('broadcast') },
  'hear-multicast': { ask: hear('multicast') },
  'hear-arp': { ask: hear('arp') },
  'hear-nd': { ask: hear('nd') },
  'see-unicast': { ask: see('unicast') },
  'see-broadcast': { ask: see('broadcast') },
  'see-nd': { ask: see('nd') },
  ticks: { ask: matrix('✓') },
  crosses: { ask: matrix('✗'), isTrue: ({ reaches }) => !reaches },
  behaviour: {
    ask: behaviour,
    isFor: (variant) => variant.network === 'vepa' && hasNoServer(variant),
    // It is 98 questions in one.
    rare: 10,
  },
};

export function isAskedOf(kind: string, variant: Variant): boolean {
  return (KINDS[kind]?.isFor ?? hasNoServer)(variant);
}

export function isTrueOf(kind: string, variant: Variant): boolean {
  return KINDS[kind]?.isTrue?.(variant) ?? variant.reaches;
}

/** How a message has it that is sure of why it fails. */
const SURE = /^Received: +(an answer|none|1 copy|just that|\d+ pairs? otherwise|\d+ of \d+ questions differ)/m;

/**
 * What is wrong with an answer: it passes and should not, fails and should not, or does not know. Undefined when it is
 * right.
 */
export function faultOf({ pass, message }: Answer, { isTrue, isNot }: { isTrue: boolean; isNot: boolean }) {
  const [passes, should] = [pass !== isNot, isTrue !== isNot];
  if (passes && should) return undefined;
  if (passes) return 'passes, and should fail';
  const words = message ? formatMessage(message) : '';
  if (should) return `fails, and should pass:\n${words}`;
  return SURE.test(words) && !words.includes('inconclusive') ? undefined : `does not know:\n${words}`;
}

function reach(options: ReachOptions): Ask {
  return (isNot, { from, to }, { programs }) => {
    const port = programs === 'serves' ? { port: SERVER_PORT } : {};
    return ask(toReach, from, [to, { ...options, ...port }], isNot);
  };
}

function hear(frame: FrameKind): Ask {
  return (isNot, { from, to }) => ask(toHear, to, [from, { frame }], isNot);
}

function see(frame: FrameKind): Ask {
  return (isNot, { from, to }) => ask(toSee, to, [from, { frame }], isNot);
}

function matrix(cell: '✓' | '✗'): Ask {
  return (isNot, { lab }) => {
    const table = ['    ns1 ns2', `ns1 .   ${cell}`, `ns2 ${cell}   .`].join('\n');
    return ask(toMatchReachability, lab, [table], isNot);
  };
}

function behaviour(isNot: boolean, { pair }: Network): Promise<Answer> {
  return ask(toBehaveAs, pair, ['vepa', { hairpin: true }], isNot);
}
