import { fileURLToPath } from 'node:url';
import { expect, test } from 'hairpin';
import { addMachine, nicState, runScript } from './machine.ts';

const REPORT = fileURLToPath(new URL('../../lib/report/', import.meta.url));

/** Prints what a failed test leaves behind. */
const SCRIPT = `
const { labScript } = await import(${JSON.stringify(`${REPORT}script/lab-script.ts`)});
const { stateText } = await import(${JSON.stringify(`${REPORT}state-text.ts`)});
const { readLab } = await import(${JSON.stringify(`${REPORT}lab-state.ts`)});
const { topologyOf } = await import(${JSON.stringify(`${REPORT}drawing/topology.ts`)});
const { topologyMermaid } = await import(${JSON.stringify(`${REPORT}drawing/topology-mermaid.ts`)});
lab.namespace('ns1').macvlan({
  parent: lab.uplink('nic0'), name: 'm1', mac: '02:00:00:00:00:77', address: '10.0.0.101/24',
});
const state = readLab(lab);
const mermaid = topologyMermaid(topologyOf(state));
const text = state.namespaces.map((each) => stateText(state, each)).join();
console.log(JSON.stringify({ script: labScript(state), state: text, mermaid }));`;

// machine: nic0 ── p0 (sw) ── gateway 10.0.0.2, and a lab in it: ns1 ─ m1 on nic0
test('the files of a failed test name the NIC, and the script builds the lab on it', async ({ lab }) => {
  const { machine } = addMachine(lab);
  const before = await nicState(machine);
  const { stdout, stderr } = await runScript(machine, SCRIPT);
  expect(stderr).toBe('');
  const { script, state, mermaid } = JSON.parse(stdout) as Record<'script' | 'state' | 'mermaid', string>;
  expect(state).toMatch(/ m1@nic0 +UP +02:00:00:00:00:77 +mtu 1500 +macvlan mode vepa/);
  expect(mermaid).toContain('on the real NIC nic0');
  expect(script).toContain(`# nic0 is a real NIC: as root in its network, not in one of its own
ip link add m1 link nic0 address 02:00:00:00:00:77 netns ns1 index 100 type macvlan mode vepa`);

  const rebuild = `mount -t tmpfs none /run && ${script}\nip netns exec ns1 ping -c1 -W2 10.0.0.2`;
  expect(await machine.exec('unshare', ['--mount', 'sh', '-c', rebuild], { reject: false })).toMatchObject({
    exitCode: 0,
  });
  await expect.poll(() => nicState(machine)).toEqual(before);
});
