import { errorMessage } from '../base/error-message.ts';
import type { Lab, Namespace } from '../lab/index.ts';
import { drawLab } from '../report/drawing/draw-lab.ts';
import { COMMAND_HELP } from './command-help.ts';
import type { LiveCapture } from './live-capture.ts';
import type { Terminal } from './terminal.ts';
import { wireshark } from './wireshark.ts';

const PROMPT = 'hairpin> ';
/**
 * Job control gives the program a process group of its own, so that Ctrl+C ends it alone. The shell then sends itself the signal, too
 * (`waitforjob` of dash): without the trap it would end before it gives the terminal back.
 */
const WITH_JOB_CONTROL = ['-mc', 'trap : INT; "$@"', 'sh'];

/** Does in a lab what the reader types, until the test is to go on. */
export async function converse(lab: Lab, terminal: Terminal, introduction: string): Promise<'continue' | 'quit'> {
  terminal.write(`${introduction}${COMMAND_HELP}\n`);
  const captures: LiveCapture[] = [];
  try {
    return await obey(lab, terminal, captures);
  } finally {
    for (const capture of captures) await capture[Symbol.asyncDispose]();
  }
}

async function obey(lab: Lab, terminal: Terminal, captures: LiveCapture[]): Promise<'continue' | 'quit'> {
  for (;;) {
    const line = await terminal.ask(PROMPT);
    const [command, ...words] = line?.trim().split(/\s+/) ?? ['continue'];
    const namespace = lab.namespaces.find(({ name }) => name === command);
    if (namespace) await runIn(namespace, words, terminal);
    else if (command === 'continue' || command === 'quit') return command;
    else if (command === 'draw') terminal.write(`${drawLab(lab, { addresses: words.includes('addresses') })}\n`);
    else if (command === 'wireshark') captures.push(...wireshark(lab, line ?? '', terminal));
    else if (command === 'help') terminal.write(`${COMMAND_HELP}\n`);
    else if (command) terminal.write(`There is no command and no namespace '${command}': try help.\n`);
  }
}

async function runIn(namespace: Namespace, words: readonly string[], terminal: Terminal): Promise<void> {
  const [file, args] =
    words.length > 0 ? ['sh', [...WITH_JOB_CONTROL, ...words]] : [process.env['SHELL'] ?? 'sh', [] as string[]];
  try {
    // execa knows numbers from 0 to 9 by type; any other is a descriptor as well.
    const stdio = [terminal.fd, terminal.fd, terminal.fd] as unknown as ['inherit', 'inherit', 'inherit'];
    await namespace.exec(file, args, { stdio, reject: false });
  } catch (error) {
    terminal.write(`${errorMessage(error)}\n`);
  }
}
