import { UsageError } from '../base/validate.ts';
import type { Lab } from '../lab/index.ts';
import { drawLab } from '../report/drawing/draw-lab.ts';
import { PAUSE, SHELL } from '../report/hold-mode.ts';
import { converse } from './converse.ts';
import { hasQuit, quit } from './quit.ts';
import { Terminal } from './terminal.ts';
import { waitElsewhere } from './wait-elsewhere.ts';

/** The failures of assertions at which a lab was held. */
const held = new Set<string>();

/**
 * Holds on until the reader has looked at a lab; `Lab.pause` is this.
 *
 * @throws UsageError in a test that has a time-out
 */
export async function pauseLab(lab: Lab): Promise<void> {
  if (process.env['VITEST'] && !process.env[SHELL] && !process.env[PAUSE]) {
    throw new UsageError(
      "lab.pause: a test's time-out would end it meanwhile: run it by npx hairpin shell, with the spec's file, which switches time-outs off",
    );
  }
  await pauseAt(lab, 'lab.pause()');
}

/** With `pauseOnFailure`, holds on at an assertion that fails. */
export async function pauseAtFailure(lab: Lab, test: string, failure: string): Promise<void> {
  if (!process.env[PAUSE] || lab.closed) return;
  held.add(failure);
  await pauseAt(lab, failing(test, [failure]));
}

/** Holds on at the end of a test: where `hairpin shell` runs it, or where it fails by what has not been held yet. */
export async function pauseAtEnd(lab: Lab, { name, failures, isToFail }: EndedTest): Promise<void> {
  if (lab.closed) return;
  // vitest puts the words of `expect(a, 'words')` in front.
  const isNews = !isToFail && failures.some((failure) => ![...held].some((each) => failure.endsWith(each)));
  if (!process.env[SHELL] && !(process.env[PAUSE] && isNews)) return;
  await pauseAt(lab, failures.length > 0 ? failing(name, failures) : `${name} passes`);
}

interface EndedTest {
  name: string;
  failures: readonly string[];
  /** By `test.fails`. */
  isToFail: boolean;
}

function failing(test: string, failures: readonly string[]): string {
  return `${test} fails:\n\n${failures.join('\n\n')}`;
}

/** Tests may run side by side, and there is one terminal. */
async function pauseAt(lab: Lab, reason: string): Promise<void> {
  const own = last.then(() => hold(lab, reason));
  last = own.catch(() => {});
  await own;
}

let last: Promise<void> = Promise.resolve();

async function hold(lab: Lab, reason: string): Promise<void> {
  if (hasQuit() || lab.closed) return;
  const introduction = `\n${reason}\n\n${drawLab(lab)}\n`;
  using terminal = Terminal.open();
  if (!terminal) await waitElsewhere(lab, introduction);
  else if ((await converse(lab, terminal, introduction)) === 'quit') quit();
}
