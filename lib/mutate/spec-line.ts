import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Deep enough for a spec that builds its lab through helpers. */
const DEPTH = 100;

/** Where hairpin itself is, whose own frames are nobody's line. */
const OWN = fileURLToPath(new URL('..', import.meta.url));

/**
 * The line of the spec that the call under way comes from: `12`; where no frame is the spec's, the nearest that is not
 * hairpin's, with its file.
 */
export function specLine(spec: string): string {
  const frames = callSites();
  const own = frames.find(({ file }) => file === spec);
  if (own) return String(own.line);
  const nearest = frames.find(({ file }) => !file.startsWith(OWN) && !file.includes('/node_modules/'));
  return nearest ? `${relative(process.cwd(), nearest.file)}:${nearest.line}` : '?';
}

function callSites(): { file: string; line: number }[] {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = DEPTH;
  const { stack = '' } = new Error('for its stack');
  Error.stackTraceLimit = stackTraceLimit;
  return stack.split('\n').flatMap((frame) => {
    const [, place, line] = /^ +at (?:.*\()?(.+?):(\d+):\d+\)?$/.exec(frame) ?? [];
    if (place === undefined) return [];
    return [{ file: place.startsWith('file:') ? fileURLToPath(place) : place, line: Number(line) }];
  });
}
