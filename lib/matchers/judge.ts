/** Compares as vitest's own matchers do. */
export interface Judge {
  /** Whether all that is said of an object is so, asymmetric matchers included, as of `toMatchObject`. */
  matches(received: unknown, expected: unknown): boolean;
  /** What differs, line by line, without colours; undefined where vitest has nothing to show. */
  diff(expected: unknown, received: unknown): string | undefined;
  /** A value as vitest prints it. */
  print(value: unknown): string;
}

/** What vitest gives a matcher as `this`, to compare with. */
export interface VitestComparison {
  equals: (received: unknown, expected: unknown, testers: unknown[]) => boolean;
  customTesters: unknown[];
  utils: {
    iterableEquality: unknown;
    subsetEquality: unknown;
    diff: (expected: unknown, received: unknown, options: object) => string | undefined;
    stringify: (value: unknown, depth: number | undefined, options: object) => string;
  };
}

/** The message goes into files and pages, too, which have no colours. */
const plain = (text: string) => text;
const COLOURS = [
  'aColor',
  'bColor',
  'changeColor',
  'changeLineTrailingSpaceColor',
  'commonColor',
  'commonLineTrailingSpaceColor',
  'patchColor',
];
const WITHOUT_COLOURS = Object.fromEntries(COLOURS.map((colour) => [colour, plain]));

export function judgeOf({ equals, customTesters, utils }: VitestComparison): Judge {
  const testers = [...customTesters, utils.iterableEquality, utils.subsetEquality];
  return {
    matches: (received, expected) => equals(received, expected, testers),
    diff: (expected, received) => utils.diff(expected, received, WITHOUT_COLOURS),
    print: (value) => utils.stringify(value, undefined, { printBasicPrototype: false }),
  };
}
