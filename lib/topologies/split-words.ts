/** Words that a shell would act on. */
const SHELL = ['|', '||', '&', '&&', ';', '>', '>>', '<', '2>', '2>&1'];

const WORD = /(?:[^\s"'\\]|\\.|"(?:[^"\\]|\\.)*"|'[^']*')+/g;

/** The words of a line, split at white space, but not within quotes. There is no shell: nothing is expanded. */
export function splitWords(line: string): string[] {
  const words = [...line.matchAll(WORD)];
  return words.map(([word]) =>
    word.replaceAll(/\\(.)|"((?:[^"\\]|\\.)*)"|'([^']*)'/g, (_, escaped, double, single) =>
      double === undefined ? (escaped ?? single) : double.replaceAll(/\\(["\\$`])/g, '$1'),
    ),
  );
}

/** The first word of a line that only a shell understands. */
export function shellWordIn(line: string): string | undefined {
  return line.match(WORD)?.find((word) => SHELL.includes(word));
}

/** The first quote of a line that has no end, or a backslash with nothing behind it. */
export function openQuoteIn(line: string): string | undefined {
  return line.replaceAll(WORD, '').trim()[0];
}
