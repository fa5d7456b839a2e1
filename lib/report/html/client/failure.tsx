import type { ShownError } from '../page-data.ts';
import { breakable } from './breakable.tsx';
import { Source } from './source.tsx';

/** An error: its message, the difference of the two sides, and the lines where it was thrown. */
export function Failure({ error: { message, diff, at, source }, number }: { error: ShownError; number: number }) {
  const label = number === 0 ? 'Failure' : `Failure ${number + 1}`;
  return (
    <section class="error" aria-label={label}>
      <h3>
        {label}
        {at && <small> {at}</small>}
      </h3>
      <Lines text={message} label={`${label}: message`} lookOf={proseOf} />
      {diff && <Lines text={diff} label={`${label}: difference`} lookOf={sideOf} />}
      {source && <Source source={source} label={`${label}: source`} />}
    </section>
  );
}

interface LinesProps {
  text: string;
  label: string;
  /** @param above the look of the line above */
  lookOf: (line: string, above: Look | undefined) => Look | undefined;
}

interface Look {
  class: string;
  /** At which character a line that wraps goes on below itself. */
  hang?: number;
}

/** A text's lines, some of them with a look of their own. A region that scrolls must be reachable by the keyboard. */
function Lines({ text, label, lookOf }: LinesProps) {
  let look: Look | undefined;
  return (
    <pre tabIndex={0} role="region" aria-label={label}>
      {text.split(/(?<=\n)/).map((line) => {
        look = lookOf(line, look);
        if (!look) return line;
        const style = look.hang ? { '--indent': `${look.hang}ch` } : undefined;
        return (
          <span class={look.class} style={style}>
            {breakable(line)}
          </span>
        );
      })}
    </pre>
  );
}

/**
 * What is indented is a path or a table, drawn in characters: prose is only the reason at the end of a path, and what goes on
 * below a reason or a labelled line, such as the rule that dropped the packet.
 */
function proseOf(line: string, above: Look | undefined): Look | undefined {
  const [before] = /^(?:[A-Z]\w*: {2,}|\s.*✗ )/.exec(line) ?? [];
  if (/^\S/.test(line)) return { class: 'wraps', hang: before?.length ?? 0 };
  if (before !== undefined) return { class: 'reason wraps', hang: before.length };
  return above?.hang && line.search(/\S/) === above.hang ? above : undefined;
}

/** Of vitest's differences: those of one line have words for `-` and `+`. */
function sideOf(line: string): Look | undefined {
  if (line.startsWith('@@')) return { class: 'place' };
  const [, side, words] = /^(?:([-+])|(Expected|Received): )/.exec(line) ?? [];
  if (words) return { class: `${words.toLowerCase()} wraps` };
  return side ? { class: side === '-' ? 'expected' : 'received' } : undefined;
}
