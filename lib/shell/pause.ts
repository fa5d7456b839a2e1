import { UsageError } from '../kernel/validate.ts';
import type { Lab } from '../lab/index.ts';
import { drawLab } from '../report/draw-lab.ts';
import { converse } from './converse.ts';
import { hasQuit, quit, SHELL } from './quit.ts';
import { Terminal } from './terminal.ts';
import { waitElsewhere } from './wait-elsewhere.ts';

/**
 * Holds on until the reader has looked at a lab; `Lab.pause` is this.
 *
 * @throws UsageError in a test that has a time-out
 */
export async function pauseLab(lab: Lab): Promise<void> {
  if (process.env['VITEST'] && !process.env[SHELL]) {
    throw new UsageError(
      "lab.pause: a test's time-out would end it meanwhile: run it by npx hairpin shell, with the spec's file, which switches time-outs off",
    );
  }
  await pauseAt(lab, 'lab.pause()');
}

/** Where tests are run by `hairpin shell`, holds on at the end of one. */
export async function pauseAtEnd(lab: Lab, test: string, failures: readonly string[]): Promise<void> {
  if (!process.env[SHELL] || lab.closed) return;
  await pauseAt(lab, failures.length > 0 ? `${test} fails:\n\n${failures.join('\n\n')}` : `${test} passes`);
}

async function pauseAt(lab: Lab, reason: string): Promise<void> {
  if (hasQuit()) return;
  const introduction = `\n${reason}\n\n${drawLab(lab)}\n`;
  using terminal = Terminal.open();
  if (!terminal) await waitElsewhere(lab, introduction);
  else if ((await converse(lab, terminal, introduction)) === 'quit') quit();
}
