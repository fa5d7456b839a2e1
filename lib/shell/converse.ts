import type { Lab, Namespace } from '../lab/index.ts';
import { drawLab } from '../report/draw-lab.ts';
import type { Terminal } from './terminal.ts';

const PROMPT = 'hairpin> ';
const HELP = `
  ns1                 a shell in the namespace ns1; exit comes back
  ns1 ping 10.0.0.2   a program there
  draw [addresses]    the network as it is now
  continue            go on with the test (also Ctrl+D)
  quit                go on, and hold on no more

`;
/**
 * Job control gives the program a process group of its own, so that Ctrl+C ends it alone. The shell then sends itself the signal, too
 * (`waitforjob` of dash): without the trap it would end before it gives the terminal back.
 */
const WITH_JOB_CONTROL = ['-mc', 'trap : INT; "$@"', 'sh'];

/** Does in a lab what the reader types, until the test is to go on. */
export async function converse(lab: Lab, terminal: Terminal, introduction: string): Promise<'continue' | 'quit'> {
  terminal.write(`${introduction}${HELP}`);
  for (;;) {
    const line = await terminal.ask(PROMPT);
    const [command, ...words] = line?.trim().split(/\s+/) ?? ['continue'];
    const namespace = lab.namespaces.find(({ name }) => name === command);
    if (namespace) await runIn(namespace, words, terminal);
    else if (command === 'continue' || command === 'quit') return command;
    else if (command === 'draw') terminal.write(`${drawLab(lab, { addresses: words.includes('addresses') })}\n`);
    else if (command === 'help') terminal.write(HELP);
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
    terminal.write(`${error instanceof Error ? error.message : error}\n`);
  }
}
