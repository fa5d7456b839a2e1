import { createInterface } from 'node:readline';
import { expect, type Namespace, test } from 'hairpin';
import { hairpin, MAIN } from '../cli/hairpin.ts';
import { addMachine, nicState, runScript, startScript } from './machine.ts';

// machine: nic0 ── p0 (sw) ── gateway
//          hairpin check-switch, or a script with a lab of its own, both with macvlans on nic0

test('in the network of the NIC nothing is made, and nothing but the NIC itself is heard of', async ({ lab }) => {
  const { machine } = addMachine(lab, { hairpin: true });
  const monitor = machine.exec('ip', ['-o', 'monitor', 'all'], { reject: false });
  const lines: string[] = [];
  createInterface({ input: monitor.stdout }).on('line', (line) => lines.push(line));
  // The monitor is listening once it prints what it is told of a device of its own.
  await expect.poll(() => mentions(machine, lines, 'first')).toBe(true);
  expect((await hairpin(machine, ['check-switch', 'nic0'])).exitCode).toBe(0);
  // What came before the last device has been printed.
  await expect.poll(() => mentions(machine, lines, 'last')).toBe(true);
  // Of a device that has gone ip knows the number alone: `Deleted inet if2`.
  const numbers = lines.flatMap((line) => /^\[LINK\](?:Deleted )?(\d+): (?:first|last)\b/.exec(line)?.[1] ?? []);
  const ofMonitor = new RegExp(`\\b(first|last|if(${numbers.join('|')}))\\b`);
  const ofRun = lines.filter((line) => !ofMonitor.test(line));
  expect(ofRun.length).toBeGreaterThan(0);
  expect(ofRun.filter((line) => !/^\[LINK\]\d+: nic0@if\d+: <BROADCAST,MULTICAST,UP,LOWER_UP> /.test(line))).toEqual(
    [],
  );
});

test('kill -9 in the middle of check-switch: the macvlans are gone, the NIC is as before', async ({ lab }) => {
  const { machine } = addMachine(lab);
  const before = await nicState(machine);
  const run = machine.exec(process.execPath, [MAIN, 'check-switch', 'nic0', '--within', '60000'], { reject: false });
  // A veth has no filter for a second unicast address, so its macvlans make it promiscuous (__dev_set_rx_mode).
  await expect.poll(() => promiscuity(machine)).toBeGreaterThan(0);
  run.kill('SIGKILL');
  expect((await run).signal).toBe('SIGKILL');
  await expect.poll(() => nicState(machine)).toEqual(before);
});

// A passthru child's MAC address is its parent's: changing the one changes the NIC (macvlan_set_mac_address).
const PASSTHRU = `
const child = lab.namespace('ns1').macvlan({ parent: lab.uplink('nic0'), mode: 'passthru' });
child.set({ mac: '02:aa:aa:aa:aa:aa' });`;

test("kill -9 of a lab whose child changed the NIC's own address: the kernel puts it back", async ({ lab }) => {
  const { machine } = addMachine(lab);
  const before = await nicState(machine);
  const run = startScript(machine, `${PASSTHRU}\nsetInterval(() => {}, 60_000); await new Promise(() => {});`);
  await expect.poll(() => nicState(machine)).toMatchObject({ address: '02:aa:aa:aa:aa:aa' });
  expect(await promiscuity(machine)).toBeGreaterThan(0);
  run.kill('SIGKILL');
  expect((await run).signal).toBe('SIGKILL');
  await expect.poll(() => nicState(machine)).toEqual(before);
});

test('when lab.close() returns, the NIC is as before, though the lab was in its way', async ({ lab }) => {
  const { machine } = addMachine(lab);
  const before = await nicState(machine);
  const { stdout, stderr } = await runScript(
    machine,
    `${PASSTHRU}
const { execFileSync } = await import('node:child_process');
const nic = () => execFileSync('ip', ['-j', '-d', 'address', 'show', 'dev', 'nic0'], { encoding: 'utf8' });
const during = nic();
await lab.close();
console.log(JSON.stringify([during, nic()].map((text) => JSON.parse(text)[0])));`,
  );
  expect(stderr).toBe('');
  const [during, after] = JSON.parse(stdout, (key, value) => (key === 'tentative' ? undefined : value));
  expect(during).toMatchObject({ address: '02:aa:aa:aa:aa:aa' });
  expect(after).toEqual(before);
});

async function promiscuity(machine: Namespace): Promise<number> {
  return Number((await nicState(machine))['promiscuity']);
}

/** Makes a device and deletes it again, until the monitor has heard of one. */
async function mentions(machine: Namespace, lines: readonly string[], name: string): Promise<boolean> {
  await machine.exec('ip', ['link', 'add', name, 'type', 'bridge']);
  await machine.exec('ip', ['link', 'del', name]);
  return lines.some((line) => line.includes(name));
}
