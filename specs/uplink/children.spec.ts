import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { addMachine, refusalOf, runScript } from './machine.ts';

const SCRIPT = `
const parent = lab.uplink('nic0');
const links = await Promise.all(['ns1', 'ns2'].map(async (name) => {
  const child = lab.namespace(name).macvlan({ parent, mode: 'bridge' });
  const { stdout } = await child.namespace.exec('ip', ['-j', '-d', 'address', 'show', 'dev', child.name]);
  return JSON.parse(stdout)[0];
}));
console.log(JSON.stringify(links));`;

interface Link {
  ifindex: number;
  address: string;
  addr_info: { scope: string }[];
  linkinfo: { info_kind: string; info_data: { mode: string } };
}

// machine: nic0 ── p0 (sw) ── gateway, and a lab in it: ns1 ─ macvlan0, ns2 ─ macvlan0, both on nic0
test('children are in the namespaces of the lab, with no address of its own choice', async ({ lab }) => {
  const { machine, nic } = addMachine(lab);
  const links = JSON.parse((await runScript(machine, SCRIPT)).stdout) as Link[];
  expect(links.map(({ linkinfo }) => linkinfo)).toMatchObject([
    { info_kind: 'macvlan', info_data: { mode: 'bridge' } },
    { info_kind: 'macvlan', info_data: { mode: 'bridge' } },
  ]);
  expect(links.flatMap(({ addr_info }) => addr_info).filter(({ scope }) => scope === 'global')).toEqual([]);
  // A child with its parent's index hears late of its carrier (linkwatch_urgent_event); here the second one would have it.
  expect(links.map(({ ifindex }) => ifindex)).toEqual([100, 102]);
  expect(nic.index).toBe(101);
});

test('no two runs have a MAC address in common: both may be on one switch', async ({ lab }) => {
  const { machine } = addMachine(lab);
  const runs = [await runScript(machine, SCRIPT), await runScript(machine, SCRIPT)];
  const macs = runs.flatMap(({ stdout }) => (JSON.parse(stdout) as Link[]).map(({ address }) => address));
  expect(new Set(macs).size).toBe(4);
  // Locally administered, and no group (IEEE 802 clause 8.2.2).
  for (const mac of macs) expect(Number.parseInt(mac.slice(0, 2), 16) & 3).toBe(2);
});

describeNeeding(['macvtap'], () => {
  test('a macvtap hangs on a NIC as a macvlan does', async ({ lab }) => {
    const { machine } = addMachine(lab);
    const { stdout } = await runScript(machine, SCRIPT.replace('.macvlan(', '.macvtap('));
    expect((JSON.parse(stdout) as Link[]).map(({ linkinfo }) => linkinfo)).toMatchObject([
      { info_kind: 'macvtap', info_data: { mode: 'bridge' } },
      { info_kind: 'macvtap', info_data: { mode: 'bridge' } },
    ]);
  });
});

test.for(['ipvlan({ parent', 'vlan({ id: 5, parent'])('a NIC is no parent of others: %s', async (call, { lab }) => {
  const { machine } = addMachine(lab);
  const kind = call.slice(0, call.indexOf('('));
  expect(await refusalOf(machine, `lab.namespace('ns1').${call}: lab.uplink('nic0') })`)).toBe(
    `ns1.${kind}: parent must be an interface of this lab: a real NIC (nic0) takes macvlans only`,
  );
});
