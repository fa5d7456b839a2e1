import { expect, type Lab, type Namespace } from 'hairpin';
import { type ReachReport, reach } from '../../lib/probes/reach.ts';
import type { ReachOptions } from '../../lib/probes/reach-options.ts';
import { readLab, type WholeLabState } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import type { HeardQuestion, WantedCopies } from '../../lib/report/script/script-heard.ts';
import { runIn } from '../../lib/report/script/script-question.ts';
import { shellLine } from '../../lib/report/script/shell-words.ts';
import { quietIn } from '../../lib/trace/quiescence.ts';
import { readByPrograms, rebuild } from './rebuild.ts';

/** Who asks whom. */
export type Asked = [from: Namespace, to: Namespace | string, options?: ReachOptions];

/** Asks, and runs the scripts that ask the same; compares the answers alone. */
export async function outcomesOf(
  lab: Lab,
  [from, to, options = {}]: Asked,
): Promise<{ asked: string[]; script: string }> {
  const report = await ask(from, to, { ...options, neighbours: 'kept' });
  const script = labScript(readLab(lab), report);
  const { exitCode, output } = await rebuild(script);
  expect(exitCode, output).toBe(report.outcome === 'answered' ? 0 : 1);
  return { asked: [report.outcome], script };
}

/** Asks, and runs the scripts that ask the same; compares the answers, and the networks as other programs read them. */
export async function outcomes(lab: Lab, ...questions: Asked[]): Promise<string[]> {
  const names = lab.namespaces.map(({ name }) => name);
  const reports: ReachReport[] = [];
  // Questions change nothing of a lab: a change would show behind the last. Reading all of it is what costs most here.
  const states: WholeLabState[] = [];
  for (const [number, [from, to, options = {}]] of questions.entries()) {
    reports.push(await ask(from, to, options));
    if (number === 0 || number === questions.length - 1) states.push(readLab(lab));
  }
  const scripts = reports.map((report, number) =>
    labScript(states[number === 0 ? 0 : states.length - 1] as WholeLabState, report),
  );
  const [original, { readings, output }] = await Promise.all([
    readByPrograms(lab),
    rebuild(inOneNetwork(lab, scripts), names),
  ]);
  expect(readings, output).toEqual(original);
  // ping's own codes: 1 without an answer, 2 where it could not even send.
  const words = ['answered', 'not answered', 'not answered'];
  const answers = exitCodesIn(output).map((exitCode) => words[exitCode] ?? `exit code ${exitCode}`);
  expect(answers).toEqual(reports.map(({ outcome }) => (outcome === 'answered' ? outcome : 'not answered')));
  return reports.map(({ outcome }) => outcome);
}

/** The last line of a script before its question. */
const BUILT = 'trap - EXIT\n';
const ANSWER = 'The exit code of a question:';

/**
 * One script that builds the network of several, and then asks the question of each: building takes a hundred programs. Before each further
 * question the hosts forget their neighbours, as they do in the lab.
 *
 * @param between what else a question must not find of the one before
 */
function inOneNetwork(lab: Lab, scripts: readonly string[], between = ''): string {
  const parts = scripts.map((script) => script.split(BUILT));
  const [build, ...others] = new Set(parts.map(([part]) => part));
  expect(others, 'other networks than that of the first question').toEqual([]);
  const asked = parts.map(([, question]) => `( set -e\n${question})\necho "${ANSWER} $?"\n`);
  const forget = lab.namespaces.map(({ name }) => `${shellLine('ip', '-n', name, 'neighbour', 'flush', 'all')}\n`);
  return `${build}${BUILT}set +e\n${asked.join(forget.join('') + between)}`;
}

function exitCodesIn(output: string): number[] {
  return [...output.matchAll(new RegExp(`^${ANSWER} (\\d+)$`, 'gm'))].map(([, code]) => Number(code));
}

/** Asks as `toReach` does: a loss is known once nothing is under way any more. */
function ask(...[from, to, options = {}]: Asked): Promise<ReachReport> {
  const quiet = () => quietIn(from.lab, 'packets');
  return reach('spec', from, to, options, { milliseconds: 1000, quiet, untilQuiet: true });
}

/** Whether ns2 hears ns1, by the script of the lab's; `exit code 1` where not. */
export async function heardBy(lab: Lab, question: HeardQuestion): Promise<string> {
  const { exitCode, output } = await rebuild(labScript(readLab(lab), question));
  return exitCode === 0 ? 'heard' : `exit code ${exitCode} ${output.replace(/^exit.*/m, '').trim()}`.trim();
}

/** Whether exactly so many copies are heard, for each number: the network is built once. */
export async function heardCopies(lab: Lab, question: HeardQuestion, ...counts: number[]): Promise<string[]> {
  const { to, copies } = question;
  const state = readLab(lab);
  const scripts = counts.map((count) =>
    labScript(state, { ...question, copies: { ...(copies as WantedCopies), count } }),
  );
  const forgetCount = `${runIn(to.namespace.name, 'nft', 'delete table netdev ask')}\n`;
  const { output } = await rebuild(inOneNetwork(lab, scripts, forgetCount));
  return exitCodesIn(output).map((exitCode) => (exitCode === 0 ? 'heard' : `exit code ${exitCode}`));
}

// Most of the time goes into waiting for pings that are not answered.
export const WAITING = { concurrent: true, timeout: 1_200_000 };
