import { expect, type Namespace, test } from 'hairpin';
import { startVitest } from '../leaks/nested-vitest.ts';
import { addMachine, nicState } from './machine.ts';

// machine: vitest ─ a worker of hairpin's pool, in a network of its own ─ lab: ns1, ns2
//          nic0 ── p0 (sw) ── gateway
const CONFIG = ['--config', 'specs/uplink/inner/vitest.config.ts'];

test.for([
  ['uses-the-nic', false],
  ['reflected', true],
] as const)('a worker of the pool gets at the NIC: %s', async ([file, hairpin], { lab }) => {
  const { machine } = addMachine(lab, { hairpin });
  const before = await nicState(machine);
  await run(machine, file);
  expect(await nicState(machine)).toEqual(before);
});

test("vitest's own forks are in the NIC's network themselves", async ({ lab }) => {
  const { machine } = addMachine(lab, { hairpin: true });
  await run(machine, 'reflected', { args: ['--pool=forks'] });
});

// Neither root nor in possession of any capability, as an ordinary user is.
test('an ordinary user is told that it takes root', async ({ lab }) => {
  const { machine } = addMachine(lab);
  await run(machine, 'is-refused', { wrapper: ['unshare', '--user', '--map-user=1000', '--map-group=1000'] });
});

/** Runs one of the inner files, which must all pass. */
async function run(
  machine: Namespace,
  file: string,
  { args = [], wrapper = [] }: { args?: string[]; wrapper?: string[] } = {},
): Promise<void> {
  const { exitCode, all } = await startVitest(machine, [...CONFIG, ...args, `inner/${file}`], { wrapper });
  expect(exitCode, all).toBe(0);
}
