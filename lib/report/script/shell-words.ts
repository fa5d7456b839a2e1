import { isVisible } from '../../base/visible-text.ts';

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

/**
 * One word, in single quotes unless it is plain: in them nothing but the quote itself means anything. What a terminal would obey,
 * were the script shown there, `printf` writes; the substitution would take line ends from the word's end.
 */
export function quote(word: string | number): string {
  const text = String(word);
  if (/^[\w./:@%+=,-]+$/.test(text)) return text;
  return isVisible(text) || text.endsWith('\n') ? inQuotes(text) : `"$(${printf(text)})"`;
}

/** Writes a text as it is, though the command itself shows as plain text. */
export function printf(text: string): string {
  const bytes = [...text].map((character, at) => {
    // A word that begins so would be an option.
    const isPlain = isVisible(character) && !(at === 0 && character === '-');
    if (isPlain) return character.replace('\\', '\\\\').replace('%', '%%');
    return [...Buffer.from(character)].map((byte) => `\\${byte.toString(8).padStart(3, '0')}`).join('');
  });
  return `printf ${inQuotes(bytes.join(''))}`;
}

function inQuotes(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
