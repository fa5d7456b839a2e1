import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'hairpin';
import { findFrr } from 'hairpin/plugins';
import { ROOT } from '../doc-samples.ts';
import { runProject } from '../report/evidence-project.ts';

// host: vitest, on tests whose routers learn nothing, or die
//
// a ── r1 ── r2 ── b     r1's end of the cable has an MTU of its own
const TESTS = `import { expect, test } from 'hairpin';
import { addTriangle, LEARNT, startOspf } from '${ROOT}/specs/plugins/routers.ts';
test('never adjacent', async ({ lab }) => {
  const { a, b, r1, r2, direct } = addTriangle(lab);
  direct.a.set({ mtu: 1400 });
  const [first] = await startOspf([r1, r2]);
  await expect.poll(() => first.daemons.ospfd.output, { timeout: LEARNT.within }).toMatch(/MTU/);
  await expect(a).toReach(b);
});
test('dies', async ({ lab }) => {
  const { r1, r2 } = addTriangle(lab);
  const [first] = await startOspf([r1, r2]);
  process.kill(first.daemons.ospfd.pid, 'SIGSEGV');
  await expect.poll(() => first.daemons.ospfd.running, { timeout: LEARNT.within }).toBe(false);
});
test('hangs', async ({ lab }) => {
  const { a, b, r1, r2 } = addTriangle(lab);
  await startOspf([r1]);
  r1.freeze();
  await expect(a).toReach(b);
});
`;

describe.skipIf(!findFrr())('needs frr', () => {
  test('a failure keeps what each router was told, has learnt and has said', async ({ lab, onTestFinished }) => {
    const { results, folders, all, json } = await runProject(lab, '{}', TESTS, onTestFinished);
    expect(json).toMatchObject({ numFailedTests: 3 });
    const of = (test: string, file: string) =>
      readFile(join(results, folders.find((folder) => folder.includes(test)) ?? '', file), 'utf8');

    // The diagnosis is the kernel's state; why OSPF has not made the route is in what the routers say.
    expect(all).toMatch(
      /a\/eth0 → r1\/lan ✗ r1 has no route to 10\.2\.0\.2[\s\S]*Routers: \S+never-adjacent\S+frr\.txt/,
    );
    const routers = await of('never', 'frr.txt');
    expect(routers).toMatch(/^== r1: the configuration that it was given\ninterface to-r2\n ip ospf area 0\n/);
    expect(routers).toMatch(/^== r1: show ip route$[\s\S]*^C>\* 10\.1\.0\.0\/24 is directly connected, lan/m);
    expect(routers).toMatch(
      /^== r1: show ip ospf neighbor$[\s\S]*^10\.2\.0\.1 +\d+ (ExStart|Exchange|Init)[\s\S]*^== r2: the conf/m,
    );
    expect(await of('never', 'daemons.txt')).toMatch(/Neighbor 10\.2\.0\.1 MTU 1500 is larger than .*MTU 1400/);

    expect(all).toMatch(
      /a daemon has ended before its lab: r1\.daemon\('nsenter', .*\/ospfd'\]\): SIGSEGV\nIts last output:\n/,
    );
    expect(await of('dies', 'daemons.txt')).toMatch(/^== r1\.daemon\(.*ospfd'\]\): SIGSEGV$/m);
    expect(await of('hangs', 'frr.txt')).toMatch(/^== r1: no answer within 3000 ms$/m);
  });
});
