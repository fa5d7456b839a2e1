/** The lines of a failure, in the one order that all matchers have; a line that has nothing to say is left out. */
export interface Message {
  /** The assertion as it was written: `expect(ns1).toReach(ns2)`. */
  title: string;
  lines: readonly (readonly [label: string, text: string | undefined])[];
  /** What to do about it. */
  hint?: string | undefined;
}

/** Labels in a column, colons aligned. */
export function formatMessage({ title, lines, hint }: Message): string {
  const present = lines.filter((line): line is [string, string] => line[1] !== undefined);
  const width = Math.max(...present.map(([label]) => label.length)) + 1;
  const body = present.map(([label, text]) => `${`${label}:`.padEnd(width)}  ${text.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`);
  return [title, '', ...body, ...(hint ? ['', `Hint: ${hint}`] : [])].join('\n');
}

/** `expect(ns1).not.toReach(ns2, …)`. */
export function assertionTitle(matcher: string, received: unknown, expected: string, { isNot }: { isNot: boolean }): string {
  return `expect(${received}).${isNot ? 'not.' : ''}${matcher}(${expected})`;
}

/** A length of time as a person writes it: `0.31 ms`, `12 ms`, `1000 ms`. */
export function milliseconds(time: number): string {
  return `${time < 10 ? Number(time.toPrecision(2)) : Math.round(time)} ms`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : noun.endsWith('y') ? '' : 's'}`;
}
