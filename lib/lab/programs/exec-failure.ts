import { harmless } from '../../base/visible-text.ts';

/** What execa says of a program that failed, as far as it is told anew here. */
interface Failure extends Error {
  shortMessage: string;
  command: string;
  escapedCommand: string;
}

/** Where and how a program was started. */
export interface Start {
  /** As the spec has it: `a.exec('cat', [])`. */
  words: string;
  /** What stands before the program in the command; none of the spec's. */
  prefix: readonly string[];
  /** An error's, made at the call, of which only the stack counts. It is written when it is read. */
  place: { stack?: string };
}

/**
 * Says of a failure, in its own object, what the spec has written, and where: execa knows the command with what has been put
 * before it, and its stack ends in the event loop. What is no failure is left alone.
 */
export function describeFailure(result: unknown, { words, prefix, place }: Start): void {
  if (!isFailure(result)) return;
  const { shortMessage, escapedCommand, message } = result;
  const at = shortMessage.indexOf(`: ${escapedCommand}`);
  if (at < 0 || !message.startsWith(shortMessage)) return;
  const happened = shortMessage.slice(0, at).replace(/^Command (failed with (?=exit code))?/, '');
  // execa's reason, if the program could not be started.
  const reason = shortMessage.slice(at + 2 + escapedCommand.length);
  result.shortMessage = harmless(`${words}: ${happened}${reason}`);
  // execa has made control characters visible, but commands to a CI system are none.
  result.message = `${result.shortMessage}${harmless(message.slice(shortMessage.length))}`;
  const frames = place.stack?.split('\n').slice(1) ?? [];
  result.stack = [`${result.name}: ${result.message}`, ...frames].join('\n');
  result.command = withoutPrefix(result.command, prefix);
  result.escapedCommand = withoutPrefix(escapedCommand, prefix.map(escaped));
}

function withoutPrefix(command: string, prefix: readonly string[]): string {
  const before = prefix.map((word) => `${word} `).join('');
  return command.startsWith(before) ? command.slice(before.length) : command;
}

/** As execa escapes words that have no apostrophe. */
function escaped(word: string): string {
  return /^[\w./-]+$/.test(word) ? word : `'${word}'`;
}

/** With `reject: false` it is what the promise resolves to. */
function isFailure(result: unknown): result is Failure {
  return result instanceof Error && 'shortMessage' in result && 'escapedCommand' in result;
}
