import { UsageError, wrongOption } from '../../base/validate.ts';
import { TapQueue } from '../tap-queue.ts';
import type { ExecOptions, Subprocess } from './exec.ts';

/**
 * The options of execa, with the standard streams of a program: an empty input where nothing is said of it, as under a
 * service manager, since a program that reads would wait for ever. Behind them stand the taps.
 *
 * @throws UsageError for taps that cannot be
 */
export function withStreams(call: string, { taps = [], ...options }: ExecOptions): ExecOptions {
  checkTaps(call, taps);
  const withInput: ExecOptions = isWithoutInput(options) ? { ...options, stdin: 'ignore' } : options;
  if (taps.length === 0) return withInput;
  const { stdin = 'pipe', stdout = 'pipe', stderr = 'pipe', stdio, ...others } = withInput;
  if (stdio !== undefined) {
    throw new UsageError(`${call}: taps are the descriptors from 3 on: use stdin, stdout and stderr instead of stdio`);
  }
  // execa knows numbers from 0 to 9 by type; any other is a descriptor as well.
  const all = [stdin, stdout, stderr, ...taps.map(({ fd }) => fd)] as unknown as ExecOptions['stdio'] & {};
  return { ...others, stdio: all };
}

/** Whether nothing is said of a program's standard input. */
export function isWithoutInput({ stdin, stdio, input, inputFile }: ExecOptions): boolean {
  return [stdin, stdio, input, inputFile].every((option) => option === undefined);
}

/** Says to whoever wants to write to a program without an input how it gets one. */
export function refuseInput(subprocess: Subprocess, words: string): void {
  Object.defineProperty(subprocess, 'stdin', {
    get() {
      throw new UsageError(
        `${words}: its standard input is empty, like /dev/null; to write to it add stdin: 'pipe', or give it the option input`,
      );
    },
  });
}

function checkTaps(call: string, taps: readonly TapQueue[]): void {
  if (Array.isArray(taps) && taps.every((tap) => tap instanceof TapQueue && !tap.closed)) return;
  throw wrongOption(call, 'taps', 'a list of what macvtap.open() returns, not closed', taps);
}
