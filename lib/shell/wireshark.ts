import { createWriteStream } from 'node:fs';
import { resolve } from 'node:path';
import { PassThrough, type Writable } from 'node:stream';
import { execa } from 'execa';
import type { Interface, Lab } from '../lab/index.ts';
import { openNewFile, PRIVATE } from '../report/write-file.ts';
import { LiveCapture } from './live-capture.ts';
import type { Terminal } from './terminal.ts';

/**
 * `wireshark [sw/p0 …] [> file]`: frames at devices of a lab, those that have been seen and those that come, to Wireshark or into a
 * file. It goes on beside the prompt.
 *
 * @returns the capture; none where there can be none, and the terminal says why
 */
export function wireshark(lab: Lab, line: string, terminal: Terminal): LiveCapture[] {
  const [left = '', ...right] = line.split('>');
  const names = left.trim().split(/\s+/).slice(1);
  const file = right.join('>').trim();
  const wrong =
    whyNot(lab, names) ?? (line.includes('>') && !file ? 'Name the file: wireshark > lab.pcapng\n' : undefined);
  if (wrong) {
    terminal.write(wrong);
    return [];
  }
  const devices = names.length > 0 ? names.flatMap((name) => devicesOf(lab, name)) : undefined;
  return [new LiveCapture(lab, devices, file ? toFile(resolve(file), terminal) : toWireshark(terminal))];
}

function toFile(path: string, terminal: Terminal): Writable {
  const isNot = ({ message }: Error) => terminal.write(`The capture cannot be written: ${message}\n`);
  try {
    const stream = createWriteStream(path, { fd: openNewFile(path, PRIVATE) });
    terminal.write(`The capture goes into ${path} until the test goes on.\n`);
    return stream.once('error', isNot);
  } catch (error) {
    isNot(error as Error);
    return new PassThrough().destroy();
  }
}

function toWireshark(terminal: Terminal): Writable {
  // -k: begin at once; -i -: from the standard input. Detached: Ctrl+C at the prompt is not for it.
  const program = execa('wireshark', ['-k', '-i', '-'], {
    ...{ stdin: 'pipe', stdout: 'ignore', reject: false, detached: true },
  });
  void program.then(({ failed, code, shortMessage, stderr }) => {
    if (code === 'ENOENT')
      terminal.write(
        'Wireshark is not installed: apt-get install wireshark, or write a file: wireshark > lab.pcapng\n',
      );
    else if (failed) terminal.write(`${shortMessage}\n${stderr}\n`);
  });
  return program.stdin;
}

function whyNot(lab: Lab, names: readonly string[]): string | undefined {
  if (!lab.taps) return 'This lab has no taps (its option taps is false): try ns1 tcpdump.\n';
  const unknown = names.find((name) => devicesOf(lab, name).length === 0);
  if (unknown === undefined) return undefined;
  const known = lab.namespaces.flatMap(({ interfaces }) => interfaces).join(', ');
  return `There is no device '${unknown}'. The lab has ${known}.\n`;
}

/** A device by its name, or all of a namespace. */
function devicesOf({ namespaces }: Lab, name: string): Interface[] {
  return namespaces.flatMap((namespace) =>
    namespace.interfaces.filter((device) => namespace.name === name || String(device) === name),
  );
}
