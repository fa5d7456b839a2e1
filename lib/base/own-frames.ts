import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** Where hairpin itself is: its sources, or `dist`. Of its own repository's the specs are a user's. */
const OWN = ['../', '../../fixtures/'].map((folder) => new URL(folder, import.meta.url)).flatMap(bothForms);

/** Hairpin's own frames of one call, at most: V8 keeps ten frames, and its own would leave none of the spec's. */
const DEEPEST = 50;

/**
 * Has the stack of a new error begin at the line that called hairpin: where in hairpin the error was found is nobody's
 * news. Without such a line, as in the CLI, it stays as it is.
 */
export function hideOwnFrames(error: Error): void {
  const { stackTraceLimit } = Error;
  if (typeof stackTraceLimit !== 'number' || stackTraceLimit === 0) return;
  Error.stackTraceLimit = stackTraceLimit + DEEPEST;
  Error.captureStackTrace(error, error.constructor);
  Error.stackTraceLimit = stackTraceLimit;
  const { stack = '' } = error;
  const begin = stack.indexOf('\n    at ', `${error.name}: ${error.message}`.length);
  if (begin < 0) return;
  const frames = stack.slice(begin + 1).split('\n');
  const others = framesOfOthers(frames);
  const shown = (others.length > 0 ? others : frames).slice(0, stackTraceLimit);
  error.stack = [stack.slice(0, begin), ...shown].join('\n');
}

/** Has the stack of an error be these frames: those of the line that a reader wants. */
export function setFrames(error: Error, frames: string): void {
  error.stack = `${error.name}: ${error.message}\n${frames}`;
}

/** The line of a spec in a stack: `specs/ping.spec.ts:7:3`, as seen from the working directory. */
export function spotOf(frames: string): string | undefined {
  const frame = framesOfOthers(frames.split('\n')).find((each) => !/\/node_modules\/|[( ]node:/.test(each)) ?? '';
  const [, file, line] = /(?:\(| )((?:file:\/\/)?\/[^()]*?)(:\d+:\d+)\)?$/.exec(frame) ?? [];
  if (!file) return undefined;
  return `${relative(process.cwd(), file.startsWith('file:') ? fileURLToPath(file) : file)}${line}`;
}

/** A stack's frames but for hairpin's own. A built-in function's frame goes with the one that called it: what hairpin maps is hairpin's. */
export function framesOfOthers(frames: readonly string[]): string[] {
  return frames.reduceRight<{ kept: string[]; callerIsOwn: boolean }>(
    ({ kept, callerIsOwn }, frame) => {
      const isOwn =
        OWN.some((folder) => frame.includes(folder)) || (callerIsOwn && /\((<anonymous>|index \d+)\)$/.test(frame));
      return { kept: isOwn ? kept : [frame, ...kept], callerIsOwn: isOwn };
    },
    { kept: [], callerIsOwn: false },
  ).kept;
}

/** A frame has its file as a path or as a URL. */
function bothForms(folder: URL): string[] {
  return [folder.href, fileURLToPath(folder)].flatMap((form) => [`(${form}`, ` ${form}`]);
}
