import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Deep enough for a spec that builds its lab through helpers. */
const DEPTH = 100;

/** Where hairpin itself is, whose own frames are nobody's line. */
const OWN = fileURLToPath(new URL('..', import.meta.url));

/** A place in a spec. */
export interface Site {
  /** `12`; in another file than the spec's own, with that. */
  line: string;
  column: number;
}

/** Where in the spec the call under way comes from; where no frame is the spec's, the nearest that is not hairpin's. */
export function specSite(spec: string): Site {
  const frames = callSites();
  const own = frames.find(({ file }) => file === spec);
  if (own) return { line: String(own.line), column: own.column };
  const nearest = frames.find(({ file }) => !file.startsWith(OWN) && !file.includes('/node_modules/'));
  if (!nearest) return { line: '?', column: 0 };
  return { line: `${relative(process.cwd(), nearest.file)}:${nearest.line}`, column: nearest.column };
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
