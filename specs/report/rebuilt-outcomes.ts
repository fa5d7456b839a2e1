import { expect, type Lab, type Namespace } from 'hairpin';
import { type ReachOptions, type ReachReport, reach } from '../../lib/probes/reach.ts';
import { labScript } from '../../lib/report/lab-script.ts';
import { readLab } from '../../lib/report/lab-state.ts';
import type { HeardQuestion } from '../../lib/report/script-heard.ts';
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
  const asked: { outcome: string; script: string }[] = [];
  for (const [from, to, options = {}] of questions) {
    const report = await ask(from, to, options);
    asked.push({ outcome: report.outcome, script: labScript(readLab(lab), report) });
  }
  const [original, ...rebuilt] = await Promise.all([
    readByPrograms(lab),
    ...asked.map(({ script }, at) => rebuild(script, at === 0 ? names : [])),
  ]);
  expect(rebuilt[0]?.readings, rebuilt[0]?.output).toEqual(original);
  // ping's own codes: 1 without an answer, 2 where it could not even send.
  const words = ['answered', 'not answered', 'not answered'];
  const answers = rebuilt.map(({ exitCode = 3 }) => words[exitCode] ?? `exit code ${exitCode}`);
  expect(answers).toEqual(asked.map(({ outcome }) => (outcome === 'answered' ? outcome : 'not answered')));
  return asked.map(({ outcome }) => outcome);
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

// Most of the time goes into waiting for pings that are not answered.
export const WAITING = { concurrent: true, timeout: 1_200_000 };
