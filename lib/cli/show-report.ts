import { hostname } from 'node:os';
import { basename, dirname } from 'node:path';
import { pathToFileURL } from 'node:url';
import { Command } from 'commander';
import { execa } from 'execa';
import { findProgram } from '../kernel/programs/find-program.ts';
import { findReport } from '../report/find-report.ts';
import { quote } from '../report/script/shell-words.ts';
import { exitCodes } from './exit-codes.ts';
import { print, say } from './print.ts';

const OPENER = 'xdg-open';
const PORT = 8000;

export function showReportCommand(): Command {
  return new Command('show-report')
    .description('opens the HTML report of a run in a browser')
    .argument('[report]', 'a report, or the folder that has it; without it, test-results')
    .addHelpText(
      'after',
      `
Opens the page that hairpin/reporter has written, by ${OPENER}. Without a
display it prints the page's address, and how to copy it to a machine with a
browser or to serve it from here.

  hairpin show-report test-results`,
    )
    .addHelpText(
      'after',
      exitCodes({ ok: 'opened, or its address printed', usage: 'wrong usage, or there is no report' }),
    )
    .action(async (given: string | undefined) => {
      const file = findReport(given);
      const address = pathToFileURL(file).href;
      print(`${address}\n`);
      const reason = await whyNotOpened(address);
      if (reason === undefined) return;
      say(`hairpin show-report: ${reason}`);
      print(howElse(file));
    });
}

async function whyNotOpened(address: string): Promise<string | undefined> {
  if (!process.env['DISPLAY'] && !process.env['WAYLAND_DISPLAY']) return 'there is no display here';
  if (!findProgram(OPENER)) return `there is no ${OPENER} here: install xdg-utils`;
  // Detached: where it becomes the browser, Ctrl-C here must not end that.
  const { exitCode, stderr } = await execa(OPENER, [address], { reject: false, detached: true, stdin: 'ignore' });
  return exitCode === 0 ? undefined : `${OPENER} failed: ${stderr || `exit code ${exitCode}`}`;
}

function howElse(file: string): string {
  const folder = dirname(file);
  const machine = hostname();
  return `
Copy it, with the files that it links to, to a machine with a browser:
  scp -r ${machine}:${quote(folder)} .

Or serve it to this machine's users, and look at it through ssh:
  python3 -m http.server --bind 127.0.0.1 --directory ${quote(folder)} ${PORT}
  ssh -L ${PORT}:127.0.0.1:${PORT} ${machine}
  http://127.0.0.1:${PORT}/${encodeURIComponent(basename(file))}
`;
}
