import fc from 'fast-check';
import { expect, KernelError, test, UsageError } from 'hairpin';
import { numRuns } from '../unit/arbitraries.ts';
import { ARGUMENTS, build, CALLS, type Net } from './odd-calls.ts';

/** What somebody passes by mistake, or to break something. */
const ODD: readonly ((net: Net) => unknown)[] = [
  ...[null, Number.NaN, -1, -0, 1.5, 2 ** 31, 2 ** 32, 2 ** 53, 1e300, Infinity, 1n, true, false, Symbol('x')],
  ...['', ' ', 'x', 'eth0', 'a\0b', 'a\nb', 'a'.repeat(300), '../..', '0', 'constructor', '__proto__'],
  ...['10.0.0.1', '10.0.0.1/24', '::1', 'ff:ff:ff:ff:ff:ff', '02:00:00:00:00:01', /x/, Buffer.from('x')],
  ...[[], [null], [[]], new Array(3), {}, { toString: null }, Object.create(null), new Map(), new Date(Number.NaN)],
  ...[() => undefined, new Proxy({}, {}), expect.anything()],
].map((value) => () => value);
const HANDLES: typeof ODD = [({ a }) => a, ({ eth0 }) => eth0, ({ lab }) => lab, ({ sw }) => sw, ({ port }) => port];
const odd = fc.constantFrom(...ODD, ...HANDLES);

const withOptions = fc.tuple(fc.constantFrom(...Object.keys(CALLS)), fc.nat(), odd).map(([name, number, value]) => {
  const [make, sound] = CALLS[name] as (typeof CALLS)[string];
  return (net: Net) => {
    // 0 is for the options as a whole.
    const options = optionsOf(net, make);
    const option = options[(number % (options.length + 1)) - 1];
    return make(net, (option ? { ...sound(net), [option]: value(net) } : value(net)) as never);
  };
});
const withArguments = fc
  .tuple(fc.constantFrom(...Object.values(ARGUMENTS)), odd, fc.option(odd, { nil: () => undefined }))
  .map(
    ([make, one, other]) =>
      (net: Net) =>
        make(net, one(net) as never, other(net) as never),
  );

// br0 ─ a ── eth0 ── p0 sw   b
test('a wrong call is explained, whatever is wrong, and leaves nothing behind', { timeout: 3_600_000 }, async () => {
  const calls = fc.array(fc.oneof({ arbitrary: withOptions, weight: 4 }, withArguments), {
    minLength: 25,
    maxLength: 25,
  });
  await fc.assert(
    fc.asyncProperty(calls, async (all) => {
      const net = build();
      for (const call of all) {
        const before = net.lab.namespaces.map(({ interfaces }) => interfaces.length);
        const error = await errorOf(() => call(net));
        if (error === undefined) continue;
        expect(isExplained(error), String((error as Error).stack)).toBe(true);
        expect(net.lab.discover()).toEqual([]);
        expect(net.lab.namespaces.map(({ interfaces }) => interfaces.length)).toEqual(before);
      }
      await net.lab.close().catch((error: unknown) => expect(isExplained(error), String(error)).toBe(true));
    }),
    numRuns(20),
  );
});

/** The error for an option that no call has lists those that there are. */
function optionsOf(net: Net, make: (typeof CALLS)[string][0]): string[] {
  try {
    make(net, { '?': 1 } as never);
    return [];
  } catch (error) {
    return /the options are (.*)$/.exec(String(error))?.[1]?.split(', ') ?? [];
  }
}

async function errorOf(call: () => unknown): Promise<unknown> {
  try {
    await call();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** By hairpin's words, or by those of the kernel with the command. What a program itself says is its own. */
function isExplained(error: unknown): boolean {
  if (error instanceof UsageError) return !/\[object |undefined:/.test(error.message);
  if (error instanceof KernelError) return /\n {2}(kernel|usual cause): /.test(error.message);
  return error instanceof Error && 'escapedCommand' in error;
}
