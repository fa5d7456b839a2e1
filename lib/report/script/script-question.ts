import type { Outcome } from '../../probes/outcome.ts';
import type { Question } from '../../probes/question.ts';
import type { ReachOptions } from '../../probes/reach-options.ts';
import { shellLine } from './shell-words.ts';

/** What was asked, and how; a report of `reach()` is one. */
export interface AskedQuestion {
  question: Question;
  by: NonNullable<ReachOptions['by']>;
  port?: number | undefined;
  size?: number | undefined;
  outcome?: Outcome | undefined;
}

/** The question as a command, whose exit code is the answer. */
export function questionLines(asked: AskedQuestion): string[] {
  const { from, to, bound, source } = asked.question;
  const target = `${to.address}${to.namespace ? ` (${to.namespace.name})` : ''}`;
  const comment = `# The question: does ${from.name} reach ${target}${bound ? `, asked from ${source.address}` : ''}?`;
  return [comment, ...ways[asked.by](asked)];
}

const ways: Record<AskedQuestion['by'], (asked: AskedQuestion) => string[]> = {
  // Until there is an answer, as hairpin asks: a first packet that a link still coming up loses does not decide.
  icmp: (asked) => {
    const { from, to, family } = asked.question;
    const whole = asked.size === undefined ? [] : ['-s', asked.size, '-M', 'do'];
    const words = ['ping', `-${family}`, '-c', 1, '-i', 0.2, '-w', 2, ...whole, ...sourceFor('-I', asked), to.address];
    return [runIn(from.name, ...words)];
  },
  arp: ({ question: { from, to, source } }) => [
    '# hairpin asked by ARP; arping does the same.',
    requireProgram('arping', 'iputils-arping'),
    runIn(from.name, 'arping', '-c', 1, '-w', 1, '-I', source.device.name, to.address),
  ],
  nd: ({ question: { from, to, source } }) => [
    '# hairpin asked by a neighbour solicitation; ndisc6 does the same.',
    requireProgram('ndisc6', 'ndisc6'),
    runIn(from.name, 'ndisc6', '-1', '-r', 1, to.address, source.device.name),
  ],
  tcp: (asked) => [...netcatLines(asked), netcat('-z', asked)],
  udp: (asked) => {
    const data = asked.size === undefined ? 'echo ask' : `head -c ${asked.size} /dev/zero`;
    return [...netcatLines(asked), `${data} | ${netcat('-u', asked)} | grep -q .`];
  },
};

function netcat(option: string, asked: AskedQuestion): string {
  const { from, to } = asked.question;
  return runIn(from.name, 'nc', option, '-w', 1, ...sourceFor('-s', asked), to.address, asked.port);
}

function netcatLines({ by, port, outcome, question: { to } }: AskedQuestion): string[] {
  const words = `# hairpin asked by ${by.toUpperCase()}, port ${port}; netcat comes nearest.`;
  const needed = requireProgram('nc', 'netcat-openbsd');
  // A refusal is asked again where nobody listens.
  if (!to.namespace || outcome === 'refused') return [words, needed];
  const listen = runIn(to.namespace.name, 'timeout', 5, 'nc', by === 'udp' ? '-u' : '', '-l', '-p', port);
  return [
    `${words} The first one answers, in place of whoever did.`,
    needed,
    `echo answer | ${listen} >/dev/null &`,
    'sleep 1',
  ];
}

/** Without the program the answer would seem to be no. */
export function requireProgram(program: string, debianPackage: string): string {
  return `command -v ${program} >/dev/null || { echo "lab.sh: the question needs ${program} (${debianPackage})" >&2; exit 3; }`;
}

function sourceFor(option: string, { question: { bound, source } }: AskedQuestion): string[] {
  // Only ping takes a device's name.
  return bound ? [option, bound === 'device' && option === '-I' ? source.device.name : source.address] : [];
}

export function runIn(namespace: string, ...command: (string | number | undefined)[]): string {
  return shellLine('ip', 'netns', 'exec', namespace, ...command);
}
