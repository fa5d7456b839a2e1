import { hairpin } from 'hairpin/config';
import { UsageError } from 'hairpin/lab';
import HairpinReporter from 'hairpin/reporter';
import { expect, test } from 'vitest';

// What can be wrong in a config, without a run
test.for([
  [
    { fiel: 'x' },
    "hairpin/reporter: there is no option 'fiel'; the options are file, partial, stability, stabilityRuns, isTTY, silent",
  ],
  [{ file: 5 }, "hairpin/reporter: file must be a file's name: received 5"],
  [{ file: '' }, "hairpin/reporter: file must be a file's name: received ''"],
  [{ stability: '' }, "hairpin/reporter: stability must be a file's name: received ''"],
  [{ stabilityRuns: 1 }, 'hairpin/reporter: stabilityRuns must be a whole number from 2 to 1000: received 1'],
  [{ partial: 'no' }, "hairpin/reporter: partial must be true or false: received 'no'"],
  [{ silent: 'yes' }, "hairpin/reporter: silent must be true, false or 'passed-only': received 'yes'"],
  [{ isTTY: 1 }, 'hairpin/reporter: isTTY must be true or false: received 1'],
  [null, 'hairpin/reporter: options must be an object such as { file: … }: received null'],
] as const)('of the reporter: %j', ([options, message]) => {
  expect(() => new HairpinReporter(options as never)).toThrow(new UsageError(message));
});

test.for([
  [{ trace: null }, 'hairpin: trace must be one of off, on, retain-on-failure: received null'],
  [{ trace: 'yes' }, "hairpin: trace must be one of off, on, retain-on-failure: received 'yes'"],
  [{ durations: '' }, "hairpin: durations must be a file's name: received ''"],
  [{ durations: null }, "hairpin: durations must be a file's name: received null"],
  [{ tarce: 'on' }, "hairpin: there is no option 'tarce'; the options are trace, diagnose, durations, pauseOnFailure"],
  [{ pauseOnFailure: 'yes' }, "hairpin: pauseOnFailure must be true or false: received 'yes'"],
  [{ diagnose: 'never' }, "hairpin: diagnose must be one of probe, passive: received 'never'"],
] as const)('of hairpin(): %j', ([options, message]) => {
  expect(() => hairpin(options as never)).toThrow(new UsageError(message));
});

test('what is right is taken', () => {
  expect(
    () =>
      new HairpinReporter({
        file: 'a.html',
        partial: true,
        stability: 's.json',
        stabilityRuns: 2,
        silent: 'passed-only',
        isTTY: false,
      }),
  ).not.toThrow();
  expect(() => hairpin({ trace: 'on', diagnose: 'passive', durations: 'a.json', pauseOnFailure: false })).not.toThrow();
});
