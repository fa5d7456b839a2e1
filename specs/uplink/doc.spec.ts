import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, type Lab, test } from 'hairpin';
import { hairpin } from '../cli/hairpin.ts';
import { startVitest } from '../leaks/nested-vitest.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const page = await readFile(join(ROOT, 'docs/uplink.md'), 'utf8');

// machine: enp0s5 ── p0 (sw) ── gateway 192.168.1.1
function addMachine(lab: Lab) {
  const sw = lab.switch('sw', { subnets: ['192.168.1.0/24'] });
  const [gateway, machine] = [lab.namespace('gateway'), lab.namespace('machine')];
  lab.cable(gateway, sw);
  const { b: port } = lab.cable(machine, sw, { a: { name: 'enp0s5' } });
  machine.route.add({ to: 'default', via: '192.168.1.1' });
  return { machine, port };
}

test("the page's spec passes where there is such a NIC", async ({ lab, onTestFinished }) => {
  const folder = await mkdtemp(join(ROOT, '.readme-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const [, sample = ''] = /^```ts spec\n(.*?)^```$/ms.exec(page) ?? [];
  await writeFile(join(folder, 'page.test.ts'), sample);
  await writeFile(
    join(folder, 'vitest.config.ts'),
    "import config from '../vitest.config.ts';\nexport default { ...config, test: { include: ['page.test.ts'], testTimeout: 60_000 } };",
  );
  const { exitCode, all } = await startVitest(addMachine(lab).machine, ['--config', join(folder, 'vitest.config.ts')], {
    root: folder,
  });
  expect({ exitCode, all }).toMatchObject({ exitCode: 0, all: expect.stringContaining('1 passed') });
});

test("the page's answers are those of the command", async ({ lab }) => {
  const { machine, port } = addMachine(lab);
  for (const reflects of [true, false]) {
    port.set({ hairpin: reflects });
    expect(page).toContain(`\n${(await hairpin(machine, ['check-switch', 'enp0s5'])).stdout}\n`);
  }
});
