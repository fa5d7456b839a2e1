import { once } from 'node:events';
import { addMacvlanPair, createLab, type Lab, type MacvlanPair, type Namespace } from '../lib/lab/index.ts';

/** At these ports a server of the target listens, where {@link PROGRAMS} says `serves`. */
export const SERVER_PORT = 7777;

/**
 * What runs in the target: nothing ever did; a program that has ended; one that lives, so that hairpin cannot know every
 * queue; a server, whose own answer counts.
 */
export const PROGRAMS = ['none', 'ended', 'lives', 'serves'] as const;
export type Programs = (typeof PROGRAMS)[number];

/** A network, in which one host reaches the other or does not. */
export interface Variant {
  network: 'vepa' | 'switched';
  reaches: boolean;
  programs: Programs;
}

/** A network that has been built. */
export interface Network {
  lab: Lab;
  from: Namespace;
  to: Namespace;
  /** Of `vepa`. */
  pair?: MacvlanPair;
}

/**
 * Builds a network in a lab of its own.
 *
 * ```
 * vepa:  from ─ macvlan vepa ┐                        switched:  from ── sw ── to
 *                            ├─ up0 ── sw             reaches unless both ports are isolated
 *          to ─ macvlan vepa ┘  reaches where the switch reflects
 * ```
 */
export async function buildNetwork({ network, reaches, programs }: Variant): Promise<Network> {
  const lab = createLab();
  const built = network === 'vepa' ? vepa(lab, reaches) : switched(lab, reaches);
  await runPrograms(built.to, programs);
  return built;
}

function vepa(lab: Lab, reaches: boolean): Network {
  const pair = addMacvlanPair(lab, { mode: 'vepa', hairpin: reaches });
  return { lab, from: pair.ns1, to: pair.ns2, pair };
}

function switched(lab: Lab, reaches: boolean): Network {
  const sw = lab.switch('sw');
  const [from, to] = [lab.namespace('ns1'), lab.namespace('ns2')];
  for (const host of [from, to]) lab.cable(host, sw, { b: { isolated: !reaches } });
  return { lab, from, to };
}

async function runPrograms(to: Namespace, programs: Programs): Promise<void> {
  switch (programs) {
    case 'none':
      return;
    case 'ended':
      await to.exec('true');
      return;
    case 'lives':
      void to.exec('sleep', ['infinity'], { reject: false });
      return;
    case 'serves': {
      const server = to.exec(process.execPath, ['-e', SERVER, String(SERVER_PORT)], { reject: false });
      await Promise.race([once(server.stdout, 'data'), server.then(endedEarly)]);
    }
  }
}

/** Answers over UDP, and takes connections over TCP. */
const SERVER = `
const port = Number(process.argv[1]);
const udp = require('node:dgram').createSocket('udp4');
udp.on('message', (data, { port, address }) => udp.send(data, port, address));
udp.bind(port, () => require('node:net').createServer((socket) => socket.destroy()).listen(port, () => console.log('ready')));
`;

function endedEarly({ stderr }: { stderr: string }): never {
  throw new Error(`the server ended: ${stderr}`);
}
