import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Lab, Namespace } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** As hostile as a name can be. */
export const HOSTILE = '</script><img src=x onerror="document.title=1"><!--<script>';

// ns1 ─ m1 (vepa) ┐
//                 ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ m2 (vepa) ┘
const TESTS = `import { describe, expect, test } from 'hairpin';
describe('vepa', () => {
  test('children talk', async ({ macvlanPair }) => {
    const { ns1, ns2, gateway } = macvlanPair({ mode: 'vepa' });
    await expect(ns1).toReach(gateway);
    await expect.soft(ns1).toReach(ns2, { within: 50 });
    await expect.soft(ns2).toReach(ns1, { within: 50 });
  });
});
test('passes', async ({ macvlanPair }) => {
  const { ns1, gateway } = macvlanPair();
  await expect(ns1).toReach(gateway);
});
// a ── sw1 ── r ── sw2 ── b
test('a router that has forgotten to forward', async ({ lab }) => {
  const [sw1, sw2] = [lab.switch('sw1'), lab.switch('sw2')];
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  for (const [one, other] of [[a, sw1], [r, sw1], [r, sw2], [b, sw2]]) lab.cable(one, other);
  r.sysctl.set('net.ipv4.ip_forward', 0);
  await expect(a).toReach(b, { within: 50 });
});
let attempts = 0;
test('only the second time', { retry: 1 }, async ({ macvlanPair }) => {
  const { ns1, ns2, gateway } = macvlanPair({ mode: 'vepa' });
  await expect(ns1).toReach(attempts++ === 0 ? ns2 : gateway, { within: 50 });
});
test.skip('needs what is not here', () => {});
test(${JSON.stringify(HOSTILE)}, () => {
  expect('<b>' + ${JSON.stringify(HOSTILE)}).toBe(${JSON.stringify(HOSTILE)});
});`;

type Surroundings = Omit<NonNullable<Parameters<typeof startVitest>[2]>, 'root'>;

/** A small project with planted failures, that reports by `hairpin/reporter`. */
export interface ReportProject {
  root: string;
  /** Where it runs. */
  host: Namespace;
  /** What `hairpin/reporter` is called by. */
  reporter: string;
  /** Runs vitest on it, and gives what it printed. */
  run: (...args: string[]) => Promise<string>;
  runIn: (args: string[], surroundings: Surroundings) => Promise<string>;
  /** With vitest's exit code. */
  finish: (surroundings: Surroundings) => Promise<{ exitCode: number | undefined; all: string }>;
  remove: () => Promise<void>;
}

export async function reportProject(
  lab: Lab,
  files: Record<string, string> = { 'some.test.ts': TESTS },
): Promise<ReportProject> {
  const root = await mkdtemp(join(ROOT, '.evidence-'));
  await writeFile(
    join(root, 'vitest.config.ts'),
    `import config from '${ROOT}vitest.config.ts';
     import { hairpin } from '${ROOT}lib/config.ts';
     const test = { include: ['*.test.ts'], testTimeout: 60_000, reporters: ['${ROOT}lib/report/runs/reporter.ts'] };
     export default { ...config, plugins: [hairpin()], test };`,
  );
  for (const [name, text] of Object.entries(files)) await writeFile(join(root, name), text);
  const host = lab.namespace('host');
  return {
    root,
    host,
    reporter: `${ROOT}lib/report/runs/reporter.ts`,
    run: async (...args) => String((await startVitest(host, args, { root })).all),
    runIn: async (args, surroundings) => String((await startVitest(host, args, { root, ...surroundings })).all),
    finish: async (surroundings) => {
      const { exitCode, all } = await startVitest(host, [], { root, ...surroundings });
      return { exitCode, all: String(all) };
    },
    remove: () => rm(root, { recursive: true, force: true }),
  };
}

/** The page, by which a browser opens it. */
export function addressOf({ root }: ReportProject): string {
  return `file://${join(root, 'test-results/report.html')}`;
}

export function readReport({ root }: ReportProject): Promise<string> {
  return readFile(join(root, 'test-results/report.html'), 'utf8');
}
