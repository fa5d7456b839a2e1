import { expect, type PortOptions, test } from 'hairpin';
import { hairpin, MAIN } from '../cli/hairpin.ts';
import { addMachine, nicState } from './machine.ts';

// machine: hairpin check-switch nic0
//          nic0 ── p0 (sw) p1 ── gateway 10.0.0.2
const SOON = ['--within', '100'];

test('a switch that reflects: exit code 0, and the NIC is as before', async ({ lab }) => {
  const { machine } = addMachine(lab, { hairpin: true });
  const before = await nicState(machine);
  expect(await hairpin(machine, ['check-switch', 'nic0'])).toEqual({
    exitCode: 0,
    stdout: 'nic0: reflects (12 of 12 frames came back to the other child)',
    stderr: '',
  });
  expect(await nicState(machine)).toEqual(before);
});

test('one that does not: exit code 1, and a neighbour makes it certain', async ({ lab }) => {
  const { machine } = addMachine(lab);
  const before = await nicState(machine);
  expect(await hairpin(machine, ['check-switch', 'nic0', ...SOON, '--neighbour', '10.0.0.2'])).toEqual({
    exitCode: 1,
    stdout:
      'nic0: does not reflect (12 frames left by nic0 and none came back; 10.0.0.2 behind it answered both children)',
    stderr: '',
  });
  expect(await nicState(machine)).toEqual(before);
});

test('the default gateway is asked of itself', async ({ lab }) => {
  const { machine } = addMachine(lab);
  machine.route.add({ to: 'default', via: '10.0.0.2' });
  expect((await hairpin(machine, ['check-switch', 'nic0', ...SOON])).stdout).toContain(
    '10.0.0.2 behind it answered both children)',
  );
});

test('without anybody to ask, it says what that leaves open', async ({ lab }) => {
  const { machine } = addMachine(lab);
  expect(await hairpin(machine, ['check-switch', 'nic0', ...SOON])).toMatchObject({
    exitCode: 1,
    stdout:
      'nic0: does not reflect (12 frames left by nic0 and none came back; nobody behind it answered the children, and a port that drops foreign MAC addresses looks the same: --neighbour names somebody to ask)',
  });
});

const unknowns: [what: string, port: PortOptions, args: string[], because: string][] = [
  [
    'a port that drops foreign MAC addresses',
    { hairpin: true, locked: true, learning: false },
    ['--neighbour', '10.0.0.2'],
    'nothing came back, but 10.0.0.2 did not answer both children either: a port may drop foreign MAC addresses',
  ],
  [
    'a port that reflects unicast alone',
    { hairpin: true, bcastFlood: false },
    [],
    'it came back in part only: broadcast of child one 0 of 3, broadcast of child two 0 of 3, unicast of child one 3 of 3, unicast of child two 3 of 3',
  ],
];

test.for(unknowns)('%s: it cannot tell, exit code 3', async ([, port, args, because], { lab }) => {
  const { machine } = addMachine(lab, port);
  expect(await hairpin(machine, ['check-switch', 'nic0', ...SOON, ...args])).toEqual({
    exitCode: 3,
    stdout: `nic0: cannot tell, because ${because}`,
    stderr: '',
  });
});

test('frames that come back twice are noticed', async ({ lab }) => {
  const { machine, sw } = addMachine(lab, { hairpin: true });
  await sw.exec('nft', [
    'add table netdev f; add chain netdev f i { type filter hook ingress device "p0" priority 0; }; add rule netdev f i dup to "p0"',
  ]);
  expect(await hairpin(machine, ['check-switch', 'nic0'])).toMatchObject({
    exitCode: 0,
    stdout:
      'nic0: reflects (12 of 12 frames came back to the other child, and 12 further copies of them: the switch, or a loop behind it, makes them)',
  });
});

test('frames that the machine itself drops never asked the switch', async ({ lab }) => {
  const { machine } = addMachine(lab, { hairpin: true });
  await machine.exec('nft', [
    'add table netdev f; add chain netdev f e { type filter hook egress device "nic0" priority 0; policy drop; }',
  ]);
  expect(await hairpin(machine, ['check-switch', 'nic0', ...SOON])).toMatchObject({
    exitCode: 3,
    stdout: 'nic0: cannot tell, because only 0 of 12 frames left by nic0',
  });
});

test('a NIC that macvlans cannot hang on is a reason, too', async ({ lab }) => {
  const { machine, nic } = addMachine(lab);
  nic.set({ up: false });
  expect(await hairpin(machine, ['check-switch', 'nic0'])).toMatchObject({
    exitCode: 3,
    stdout: 'nic0: cannot tell, because nic0 is down, and hairpin does not change a real NIC: ip link set dev nic0 up',
  });
});

test('--json has the counts of each kind of frame', async ({ lab }) => {
  const { machine } = addMachine(lab, { hairpin: true });
  const { exitCode, stdout } = await hairpin(machine, ['check-switch', 'nic0', '--json']);
  expect(exitCode).toBe(0);
  const whole = { sent: 3, left: 3, returned: 3, heard: 3, extra: 0 };
  expect(JSON.parse(stdout)).toEqual({
    nic: 'nic0',
    verdict: 'reflects',
    because: '12 of 12 frames came back to the other child',
    frames: [
      { frame: 'broadcast', from: 'one', ...whole },
      { frame: 'broadcast', from: 'two', ...whole },
      { frame: 'unicast', from: 'one', ...whole },
      { frame: 'unicast', from: 'two', ...whole },
    ],
  });
});

test('wrong usage: exit code 2', async ({ lab }) => {
  const machine = lab.namespace('machine');
  for (const args of [[], ['nic0', '--within', 'soon'], ['nic0', '--neighbour', 'gateway']]) {
    expect(await hairpin(machine, ['check-switch', ...args])).toMatchObject({ exitCode: 2, stdout: '' });
  }
});

test('without its capabilities root cannot tell', async ({ lab }) => {
  const { machine } = addMachine(lab, { hairpin: true });
  const powerless = ['--bounding-set', '-all', process.execPath, MAIN, 'check-switch', 'nic0'];
  const { exitCode, stdout } = await machine.exec('setpriv', powerless, { reject: false });
  expect(exitCode).toBe(3);
  expect(stdout).toMatch(
    /^nic0: cannot tell, because socket\(AF_PACKET, 3, 0\): EPERM \(operation not permitted\); usual cause: root has no CAP_NET_RAW here/,
  );
});
