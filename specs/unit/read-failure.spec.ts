import { execFileSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { UsageError } from '../../lib/base/validate.ts';
import { failureReport, keptFailures, readFailure } from '../../lib/report/failure/read-failure.ts';
import { readDurations } from '../../lib/report/runs/durations.ts';
import { damaged, numRuns } from './arbitraries.ts';

let root: string;
let folder: string;

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'hairpin-failure-'));
  folder = join(root, 'test-results', 'a.test.ts-fails');
  mkdirSync(folder, { recursive: true });
});

afterEach(() => {
  vi.restoreAllMocks();
  rmSync(root, { recursive: true, force: true });
});

const FAILURE = {
  version: 1,
  question: 'expect(a).toReach(b)',
  lines: [{ label: 'Received', text: 'no answer' }],
  paths: [{ of: 'the last probe', packet: 'ARP', drawing: 'a/eth0 ✗', hops: [] }],
  files: ['lab.sh'],
  test: { file: 'a.test.ts', name: 'fails', attempt: 1 },
};

const place = () => join(folder, 'failure.json');

/** Reads it as `hairpin explain` does, and says why not, where that is said clearly. */
function report(text: string | Buffer): string {
  writeFileSync(place(), text);
  try {
    return failureReport(readFailure(folder));
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
}

test('a failure is reported', () => {
  expect(report(JSON.stringify(FAILURE))).toMatch(
    /^a\.test\.ts > fails\n\nexpect\(a\)\.toReach\(b\)\n\nReceived: {2}no answer\n\nPath of the last probe \(ARP\):\n {2}a\/eth0 ✗\nReproduce: /,
  );
});

test.for<[string, object]>([
  ['a line that is none', { lines: [null] }],
  ['a label that is no text', { lines: [{ label: 1, text: '' }] }],
  ['a path that is none', { paths: [null] }],
  ['a drawing that is no text', { paths: [{ of: '', packet: '', drawing: 1 }] }],
  ['no test', { test: null }],
  ['a test without a name', { test: { file: '', attempt: 1 } }],
  ['an attempt that is no number', { test: { file: '', name: '', attempt: {} } }],
  ['a hint that is no text', { hint: [] }],
  ['notes that are none', { notes: 7 }],
  ['files that are none', { files: [{}] }],
])('%s is not as the schema says', ([, change]) => {
  expect(report(JSON.stringify({ ...FAILURE, ...change }))).toBe(`${place()} is not as schemas/failure.json says`);
});

test('a version that is an endless list is not read aloud', () => {
  const version = `${'['.repeat(3000)}${']'.repeat(3000)}`;
  expect(report(`{"version":${version}}`)).toBe(
    `${place()}: version must be 1, which this hairpin reads: received an object`,
  );
  expect(report('['.repeat(1_000_000))).toMatch(/failure\.json is no JSON: /);
});

test('a hundred thousand lines are no more than long', () => {
  const lines = Array.from({ length: 200_000 }, () => ({ label: 'a', text: '' }));
  expect(report(JSON.stringify({ ...FAILURE, lines })).split('\n').length).toBeGreaterThan(200_000);
});

test('whatever bytes lie there, they are a failure or a clear error', () => {
  const written = damaged(Buffer.from(JSON.stringify(FAILURE)));
  const odd = fc
    .record(Object.fromEntries(Object.keys(FAILURE).map((key) => [key, fc.jsonValue()])), { requiredKeys: [] })
    .map((fields) => Buffer.from(JSON.stringify({ ...FAILURE, ...fields })));
  fc.assert(
    fc.property(fc.oneof(written, odd, fc.uint8Array().map(Buffer.from)), (bytes) => {
      expect(report(Buffer.from(bytes))).toMatch(/./);
      expect(() => readDurations(place())).toThrow('is no file of durations');
    }),
    numRuns(300),
  );
});

test.for(['failure.json', 'durations.json'])('a pipe, a device or a folder in the place of %s is refused', (name) => {
  const path = join(folder, name);
  const read = () => (name === 'failure.json' ? readFailure(folder) : readDurations(path));
  for (const make of [
    () => execFileSync('mkfifo', [path]),
    () => symlinkSync('/dev/zero', path),
    () => mkdirSync(path),
  ]) {
    make();
    expect(read).toThrow(new UsageError(`${path} must be a regular file: it is a folder, a pipe or a device`));
    rmSync(path, { recursive: true });
  }
});

test('links among the results are not followed, and hide no failure', () => {
  const said = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
  writeFileSync(place(), JSON.stringify(FAILURE));
  for (const name of ['one', 'two']) symlinkSync('.', join(root, 'test-results', name));
  symlinkSync('failure.json', join(folder, 'again'));
  mkdirSync(join(root, 'test-results', 'pipe'));
  execFileSync('mkfifo', [join(root, 'test-results', 'pipe', 'failure.json')]);
  const closed = join(root, 'test-results', 'closed');
  mkdirSync(closed, 0);

  expect(keptFailures(root).map((kept) => kept.folder)).toEqual([folder]);
  chmodSync(closed, 0o700);
  expect(said.mock.calls.join()).toContain('pipe/failure.json must be a regular file');
});
