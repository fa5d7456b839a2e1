import { createHash } from 'node:crypto';

/** What tells a test from every other whose evidence may lie in the same folder of results. */
export interface TestIdentity {
  /** What `VITEST_BLOB_LABEL` called the run. */
  label?: string | undefined;
  /** vitest's project, where it has a name. */
  project?: string | undefined;
  /** Its path from the project's root. */
  file: string;
  /** The suites that it is in, and its own name. */
  test: string;
  /** Which it is of the tests of that name in the file, from 1 on. */
  number?: number;
  /** Which it is of its attempts (`retry`, `repeats`), from 1 on. */
  attempt?: number;
}

/** vitest's copy of an attachment has it, the folder that it is in and a hash in one name of 255 bytes. */
const LONGEST_NAME = 120;

/**
 * `vepa.spec.ts-fails`, `article-vepa.spec.ts-ns2-does-not-reach-ns1-5d41402a`: the names of a test as one file name. What
 * it does not say as it was, a hash does: no two tests have the same, or one would take away the other's evidence.
 */
export function evidenceFolder({
  label = '',
  project = '',
  file,
  test,
  number = 1,
  attempt = 1,
}: TestIdentity): string {
  const words = [label, project, file, test].map((name) =>
    name.replaceAll(/[^\p{L}\p{N}._]+/gu, '-').replaceAll(/^-|-$/g, ''),
  );
  const whole = words.filter((word) => word !== '').join('-');
  // By bytes: a file's name has room for 255.
  const name = Buffer.from(whole)
    .subarray(0, LONGEST_NAME)
    .toString()
    .replace(/\uFFFD+$/u, '');
  // The last dash parts file and test only where the test has none of its own.
  const plain = label === '' && project === '' && /^[\p{L}\p{N}._-]+$/u.test(file) && /^[\p{L}\p{N}._]+$/u.test(test);
  const told = plain && name === `${file}-${test}` ? [] : [hashOf([label, project, file, test])];
  const tries = attempt > 1 ? [`attempt${attempt}`] : [];
  return [name, ...told, ...(number > 1 ? [number] : []), ...tries].join('-');
}

function hashOf(names: readonly string[]): string {
  return createHash('sha256').update(JSON.stringify(names)).digest('hex').slice(0, 8);
}
