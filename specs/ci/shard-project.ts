import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab } from 'hairpin';
import type { HairpinOptions } from 'hairpin/config';
import type { HairpinReporterOptions } from 'hairpin/reporter';
import { startVitest } from '../leaks/nested-vitest.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

// a ── b, or ns1, ns2 ─ m1, m2 (vepa) ── up0 (host) ── p0 (sw) ─ gateway, neighbour
const TESTS: Record<string, string> = {
  'reach.test.ts': `test('a reaches b', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    await expect(a).toReach(b);
  });`,
  'vepa.test.ts': `test('children talk', async ({ macvlanPair }) => {
    const { ns1, ns2, gateway } = macvlanPair({ mode: 'vepa' });
    await expect(ns1).toReach(gateway);
    await expect(ns1).toReach(ns2, { within: 50 });
  });`,
  'bridge.test.ts': `describe('bridge', () => {
    test('children talk', async ({ macvlanPair }) => {
      const { ns1, ns2 } = macvlanPair({ mode: 'bridge' });
      await expect(ns1).toReach(ns2);
    });
    test('as the model says', async ({ macvlanPair }) => {
      await expect(macvlanPair({ mode: 'bridge' })).toBehaveAs('bridge');
    });
  });`,
  'skipped.test.ts': `test.skip('needs what is not here', () => {});`,
  'outside.test.ts': `throw new Error('not even loaded');`,
  'quick.test.ts': `test('no network', () => {});`,
  'plain.test.ts': `test('no network', () => { expect(1).toBe(2); });`,
};
/** All but the one that is there for suites that pass. */
export const FILES = Object.keys(TESTS)
  .filter((name) => name !== 'quick.test.ts')
  .sort();

/** A small suite of several files, some of which fail, to be run in shards. */
export interface ShardProject {
  root: string;
  run: (
    args: readonly string[],
    env?: Record<string, string>,
  ) => Promise<{ exitCode: number | undefined; output: string }>;
  /** What is in a file of the project. */
  read: (name: string) => Promise<string>;
  remove: () => Promise<void>;
}

/** @param settings the plugin's and the reporter's options, and which of the files it is to have */
export async function shardProject(
  lab: Lab,
  {
    options = {},
    files = FILES,
    partial = false,
    reporter = {},
  }: {
    options?: HairpinOptions;
    files?: readonly string[];
    partial?: boolean;
    reporter?: HairpinReporterOptions;
  } = {},
): Promise<ShardProject> {
  const root = await mkdtemp(join(ROOT, '.shards-'));
  await writeFile(
    join(root, 'vitest.config.ts'),
    `import config from '${ROOT}vitest.config.ts';
     import { hairpin } from '${ROOT}lib/config.ts';
     // One worker loads hairpin once.
     const test = { include: ['*.test.ts'], isolate: false, maxWorkers: 1, testTimeout: 60_000, reporters: [['${ROOT}lib/report/runs/reporter.ts', ${JSON.stringify({ partial, ...reporter })}]] };
     export default { ...config, plugins: [hairpin(${JSON.stringify(options)})], test };`,
  );
  for (const name of files)
    await writeFile(join(root, name), `import { describe, expect, test } from 'hairpin';\n${TESTS[name]}\n`);
  const host = lab.namespace('host');
  return {
    root,
    run: async (args, env = {}) => {
      const { exitCode, all } = await startVitest(host, args, { root, env });
      return { exitCode, output: String(all) };
    },
    read: (name) => readFile(join(root, name), 'utf8'),
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** The data of a report's page, by the id of its block, without what differs between any two runs: times. */
export function withoutTimes(page: string): Record<string, unknown> {
  const blocks = page.matchAll(/<script type="application\/json" id="([^"]+)">(.*?)<\/script>/g);
  return Object.fromEntries([...blocks].map(([, id, json]) => [id, JSON.parse(json as string, timeless)]));
}

const TIMES = ['date', 'milliseconds', 'ended', 'took', 'microseconds'];

function timeless(key: string, value: unknown): unknown {
  if (TIMES.includes(key)) return undefined;
  // How many probes fit into the time.
  return typeof value === 'string' ? value.replaceAll(/\d+ probes?/g, 'N probes') : value;
}
