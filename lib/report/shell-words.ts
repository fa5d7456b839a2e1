/**
 * A command as a line of a POSIX shell's: words of odd characters are quoted, `undefined` and empty ones left out.
 *
 * @example shellLine('ip', '-n', 'ns1', 'link', 'set', 'dev', name, up ? 'up' : undefined)
 */
export function shellLine(...words: readonly (string | number | undefined)[]): string {
  return words
    .filter((word): word is string | number => word !== undefined && word !== '')
    .map(quote)
    .join(' ');
}

/** One word, in single quotes unless it is plain: in them nothing but the quote itself means anything. */
export function quote(word: string | number): string {
  const text = String(word);
  return /^[\w./:@%+=,-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`;
}
