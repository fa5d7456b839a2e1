import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Deep enough for a spec that builds its lab through helpers. */
const DEPTH = 100;

/** Where hairpin itself is, whose own frames are nobody's line. */
const OWN = fileURLToPath(new URL('..', import.meta.url));

/**
 * Where in a spec the call under way stands: its line, with the file where that is not the spec's own, and the
 * statement, which is the line with its column.
 */
export function specSite(spec: string): { line: string; statement: string } {
  const frames = callSites();
  const own = frames.find(({ file }) => file === spec);
  // A helper that no spec's frame is above: it was called from a hook, or by way of something asynchronous.
  const nearest = frames.find(({ file }) => !file.startsWith(OWN) && !file.includes('/node_modules/'));
  const { file, line, column } = own ?? nearest ?? { file: spec, line: 0, column: 0 };
  const place = file === spec ? String(line) : `${relative(process.cwd(), file)}:${line}`;
  return { line: place, statement: `${place}:${column}` };
}

function callSites(): { file: string; line: number; column: number }[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error('for its stack');
  Error.stackTraceLimit = stackTraceLimit;
  return stack.split('\n').flatMap((frame) => {
    const [, place, line, column] = /^ +at (?:.*\()?(.+?):(\d+):(\d+)\)?$/.exec(frame) ?? [];
    if (place === undefined) return [];
    const file = place.startsWith('file:') ? fileURLToPath(place) : place;
    return [{ file, line: Number(line), column: Number(column) }];
  });
}
