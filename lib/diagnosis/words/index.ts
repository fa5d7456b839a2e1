import type { Cause, CauseFacts, Code } from '../../model/cause.ts';
import { addressWords } from './address.ts';
import { bondWords } from './bond.ts';
import { bridgeWords } from './bridge.ts';
import { filterWords } from './filter.ts';
import { hostWords } from './host.ts';
import { hsrWords } from './hsr.ts';
import { ipvlanWords } from './ipvlan.ts';
import { kernelWords } from './kernel.ts';
import { linkWords } from './link.ts';
import { macsecWords } from './macsec.ts';
import { macvlanWords } from './macvlan.ts';
import { mrouteWords } from './mroute.ts';
import { neighbourWords } from './neighbour.ts';
import { routeWords } from './route.ts';
import { socketWords } from './socket.ts';
import { tunnelWords } from './tunnel.ts';
import { vlanWords } from './vlan.ts';
import { vxlanWords } from './vxlan.ts';
import { wireguardWords } from './wireguard.ts';
import type { CodeWords, Said } from './words.ts';

/** Every code, with what is said of it. */
export const WORDS: { [C in Code]: CodeWords<C> } = {
  ...linkWords,
  ...bridgeWords,
  ...macvlanWords,
  ...hsrWords,
  ...ipvlanWords,
  ...bondWords,
  ...vlanWords,
  ...vxlanWords,
  ...tunnelWords,
  ...macsecWords,
  ...wireguardWords,
  ...routeWords,
  ...mrouteWords,
  ...neighbourWords,
  ...addressWords,
  ...hostWords,
  ...socketWords,
  ...filterWords,
  ...kernelWords,
  unknown: {
    means: 'hairpin knows only where the frame was last seen. It gives no reason rather than a wrong one.',
    optional: { silent: 'the namespace, if its packet filters left no trace of the frame' },
    example: {},
    say: ({ silent }) => ({
      text: 'last seen here',
      ...(silent ? { hint: `${silent} has packet filters that may have dropped it: nft list ruleset` } : {}),
    }),
  },
};

export const CODES = Object.keys(WORDS) as Code[];

export function sayCause<C extends Code>({ code, facts }: { code: C; facts: CauseFacts[C] } & Cause): Said {
  return WORDS[code].say(facts, sayCause);
}
