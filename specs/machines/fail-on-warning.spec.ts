import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'hairpin';
import { hairpin } from '../cli/hairpin.ts';
import { guestProject } from './guest-project.ts';
import { GUEST, kernelHere } from './kernel-here.ts';

// host: hairpin test ◀── console ── guest: vitest, whose second test makes the kernel warn
//
// A table of 2^30 bytes is more than the page allocator has in one piece, which it warns of (`__alloc_pages`); the sysctl
// asks for it without __GFP_NOWARN (`flow_limit_cpu_sysctl`). It is there in the guest's first network namespace alone.
const TESTS = `import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
const inFirst = (script) => execFileSync('nsenter', ['--net=/proc/1/ns/net', 'sh', '-c', script], { stdio: 'pipe' });
test('before', () => {});
test('warns', () => {
  expect(process.env.HAIRPIN_MACHINE, 'a machine of its own').toBeTruthy();
  inFirst('echo 1073741824 > /proc/sys/net/core/flow_limit_table_len');
  expect(() => inFirst('echo 1 > /proc/sys/net/core/flow_limit_cpu_bitmap')).toThrow('error');
});
test('after', () => {});`;

test(
  '--fail-on-warning fails a run whose tests pass, with the test that ran when the kernel warned',
  GUEST,
  async ({ lab, skip, onTestFinished }) => {
    const { image, release } = kernelHere(skip);
    const root = guestProject(TESTS, onTestFinished);
    const args = ['test', '--kernel', image, '--fail-on-warning', '--', '--reporter=json', '--outputFile=report.json'];
    const { exitCode, stderr } = await hairpin(lab.namespace('host'), args, {
      ...{ cwd: root, env: { VITEST: undefined, NO_COLOR: '1', FORCE_COLOR: undefined } },
    });

    const { numPassedTests, numTotalTests } = JSON.parse(readFileSync(join(root, 'report.json'), 'utf8'));
    expect({ numPassedTests, numTotalTests, exitCode }).toEqual({ numPassedTests: 3, numTotalTests: 3, exitCode: 1 });
    const name = release.replaceAll(/[.+]/g, '\\$&');
    expect(stderr).toMatch(
      new RegExp(
        `^${name}: kernel report \\(warning\\): WARNING: .*mm/page_alloc\\.c.*\\nThe test that was running: some\\.test\\.ts > warns\\n\\n` +
          ' {2}.*\\[ cut here \\]-+\\n(?: {2}.*\\n)+ {2}.*flow_limit_cpu_sysctl[^]*?\\n {2}.*---\\[ end trace .*\\n\\n' +
          `${name}: --fail-on-warning fails this run, for what its kernel reported$`,
        'm',
      ),
    );
  },
);
