/** Pictures of the control characters, U+2400 for U+0000 and so on. */
const PICTURES = 0x2400;
const PICTURE_OF_DELETE = '\u2421';
const REPLACEMENT = '\uFFFD';

/** Characters that turn the direction in which what follows is shown, or end that; and the line ends that are Unicode's alone. */
const DIRECTIONS = /[\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/g;

/**
 * The first character of a command, where a line is one, and where one stands anywhere. The white space before it ends with its
 * line: `\s*` would read the rest of many empty lines at each of them.
 */
const COMMAND_LINE = /^([^\S\n]*):(?=:[\w-]+( [^\n]*?)?::)/gm;
const COMMAND = /#(?=#(vso|teamcity)?\[)/g;

/**
 * A text that any terminal and any XML can take, shown in the order that it is written in: control characters, which an
 * interface's name may have, as their pictures; what else XML 1.0 has no room for (section 2.2), and what turns the
 * direction, as U+FFFD. Line ends and tabs stay.
 */
export function visible(text: string): string {
  return text
    .replaceAll(/\p{Cc}|\p{Cs}|[\uFFFE\uFFFF]/gu, (character) => {
      const code = character.codePointAt(0) ?? 0;
      if (character === '\n' || character === '\t') return character;
      if (code < 0x20) return String.fromCodePoint(PICTURES + code);
      return code === 0x7f ? PICTURE_OF_DELETE : REPLACEMENT;
    })
    .replaceAll(DIRECTIONS, REPLACEMENT);
}

/** Whether a text is shown as it is. */
export function isVisible(text: string): boolean {
  return visible(text) === text;
}

/**
 * A text with words of others (of programs, of the kernel, names of interfaces), as it may go to a terminal or into the log
 * of a CI system: it moves no cursor, and it is no command. GitHub's runner obeys lines such as `::add-mask::text`, and
 * `##[group]` anywhere in a line; Azure and TeamCity have `##vso[…]` and `##teamcity[…]`. A space takes the power from these.
 */
export function harmless(text: string): string {
  return visible(text).replaceAll(COMMAND_LINE, '$1: ').replaceAll(COMMAND, '# ');
}

/** The same of JSON: nothing of what it means is changed. */
export function harmlessJson(json: string): string {
  const escaped = (character: string) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  return json
    .replaceAll(/[\u007F-\u009F\uFFFE\uFFFF]/g, escaped)
    .replaceAll(DIRECTIONS, escaped)
    .replaceAll(COMMAND, escaped);
}
