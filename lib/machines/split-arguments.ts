/** Vitest's arguments, by whose they are. */
export interface SplitArguments {
  /** For the runs that test. */
  testing: string[];
  /** For the run that merges: how results are told. */
  telling: string[];
  /** Where `--outputFile.blob` wants the runs' blobs, which the merging run cannot write. */
  blob?: string;
}

/**
 * Splits vitest's arguments: how results are told is for the run that merges, all else for the runs that test. Blobs are
 * what is merged (`Cannot merge reports when --reporter=blob is used`), so that reporter is neither's.
 */
export function splitArguments(args: readonly string[]): SplitArguments {
  const split: SplitArguments = { testing: [], telling: [] };
  for (let at = 0; at < args.length; at++) {
    const word = args[at] ?? '';
    const [, option, joined] = /^--(reporter|outputFile(?:\.\w+)?)(?:=(.*))?$/.exec(word) ?? [];
    if (option === undefined) {
      split.testing.push(word);
      continue;
    }
    // `--reporter json` has its value in the next word, `--reporter=json` in itself.
    const words = joined === undefined ? args.slice(at, at + 2) : [word];
    const value = joined ?? words[1];
    at += words.length - 1;
    if (option === 'outputFile.blob' && value !== undefined) split.blob = value;
    else if (!(option === 'reporter' && value === 'blob')) split.telling.push(...words);
  }
  return split;
}
