import { alignColumns } from '../base/align-columns.ts';
import type { Judgement, NamedTest, Survivor } from './judge.ts';

/** A judgement as a person reads it: by file, the vacuous tests, then a table of the knobs that nobody noticed. */
export function judgementText(judgement: Judgement): string {
  const { vacuous, unmoved, survivors, refusals, timeouts } = judgement;
  const files = [...new Set([...vacuous, ...unmoved, ...survivors].map(({ file }) => file))].toSorted();
  const sections = files.map((file) =>
    [
      file,
      ...vacuous.filter((test) => test.file === file).map(vacuousLine),
      ...unmoved.filter((test) => test.file === file).map(unmovedLine),
      ...survivorTable(survivors.filter((survivor) => survivor.file === file)),
      '',
    ].join('\n'),
  );
  const asides = [...refusalLines(refusals), ...timeoutLines(timeouts)];
  return `${[...sections, ...asides, summary(judgement)].join('\n')}\n`;
}

function vacuousLine({ line, name, mutants }: NamedTest & { mutants: number }): string {
  const knobs = mutants === 1 ? 'the one knob of its network' : `each of ${mutants} knobs of its network`;
  return `  ✗ line ${line}: "${name}" is vacuous: it passes with ${knobs} turned`;
}

function unmovedLine({ line, name }: NamedTest): string {
  return `  ! line ${line}: "${name}" has the same answer with every knob turned, unless it cannot ask at all`;
}

function survivorTable(survivors: readonly Survivor[]): string[] {
  if (survivors.length === 0) return [];
  const rows = survivors.map(({ lines, what }) => [lineWords(lines), what]);
  return alignColumns([['line', 'turned, and no test noticed'], ...rows]).map((row) => `  ${row}`);
}

/** Many tests make the same part: the first lines will do. */
function lineWords(lines: readonly string[]): string {
  return lines.length > 3 ? `${lines.slice(0, 3).join(', ')} …` : lines.join(', ');
}

function refusalLines(refusals: readonly NamedTest[]): string[] {
  if (refusals.length === 0) return [];
  const many = refusals.length === 1 ? '1 test is' : `${refusals.length} tests are`;
  return [`Not judged: ${many} about calls that are refused, whatever the network.`, ''];
}

function timeoutLines(timeouts: number): string[] {
  if (timeouts === 0) return [];
  return [`Not judged: ${timeouts === 1 ? '1 run' : `${timeouts} runs`} that ran out of time.`, ''];
}

function summary({ killed, mutants, score, vacuous }: Judgement): string {
  const tests = vacuous.length === 1 ? '1 vacuous test' : `${vacuous.length || 'no'} vacuous tests`;
  return `${killed} of ${mutants} mutants noticed: score ${score} %; ${tests}`;
}
