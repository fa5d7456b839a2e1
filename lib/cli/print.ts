import { harmless, harmlessJson } from '../base/visible-text.ts';

/** What a command was asked for. */
export function print(text: string): void {
  process.stdout.write(harmless(text));
}

export function printJson(json: string): void {
  process.stdout.write(`${harmlessJson(json)}\n`);
}

/** What a guest draws on this terminal, as it is: who types there has programs that move the cursor. */
export function draw(text: string): void {
  process.stdout.write(text);
}

/** A line on what a command does, and what went wrong: that is no output. */
export function say(line: string): void {
  process.stderr.write(`${harmless(line)}\n`);
}

/** Shows how far a command is, in a line of a terminal that the next one takes the place of; nothing clears it. */
export function showProgress(text = ''): void {
  if (process.stderr.isTTY) process.stderr.write(`\r${harmless(text)}\u001B[K`);
}

/** Passes on what a program prints as it comes, in whole lines: half a command would not be known for one. */
export function relayLines(): { write: (text: string) => void; end: () => void } {
  let rest = '';
  return {
    write: (text) => {
      const lines = `${rest}${text}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) say(line);
    },
    end: () => {
      if (rest) say(rest);
    },
  };
}
