/** Pictures of the control characters, U+2400 for U+0000 and so on. */
const PICTURES = 0x2400;
const PICTURE_OF_DELETE = '\u2421';
const REPLACEMENT = '\uFFFD';

/**
 * A text that any terminal and any XML can take: control characters, which an interface's name may have, as their
 * pictures; what else XML 1.0 has no room for (section 2.2) as U+FFFD. Line ends and tabs stay.
 */
export function visible(text: string): string {
  return text.replaceAll(/\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/gu, (character) => {
    const code = character.codePointAt(0) ?? 0;
    if (character === '\n' || character === '\t') return character;
    if (code < 0x20) return String.fromCodePoint(PICTURES + code);
    return code === 0x7f ? PICTURE_OF_DELETE : REPLACEMENT;
  });
}
