import { expect, type Namespace, test } from 'hairpin';
import { withoutTun } from '../needs.ts';
import { addMachine, refusalOf } from './machine.ts';

// machine: nic0 ── p0 (sw) ── gateway, and a lab in it that wants nic0
const mistakes: [what: string, prepare: (machine: Namespace) => unknown, name: string, message: string][] = [
  [
    'a name that no NIC has',
    () => {},
    'nic9',
    "lab.uplink: there is no NIC 'nic9' in the network that this run was started from; it has nic0",
  ],
  ['the loopback', () => {}, 'lo', 'lab.uplink: lo is the loopback, which leads nowhere: name a NIC with a cable'],
  [
    'a NIC that is down',
    (machine) => machine.interface('nic0').set({ up: false }),
    'nic0',
    'lab.uplink: nic0 is down, and hairpin does not change a real NIC: ip link set dev nic0 up',
  ],
  [
    'a port of a bridge',
    async (machine) => {
      await machine.exec('ip', ['link', 'add', 'br7', 'type', 'bridge']);
      await machine.exec('ip', ['link', 'set', 'dev', 'nic0', 'master', 'br7']);
    },
    'nic0',
    'lab.uplink: nic0 belongs to the bridge br7 already; a device has one rx_handler (netdev_rx_handler_register)',
  ],
  [
    'no name at all',
    () => {},
    '',
    "lab.uplink: name must be 1 to 15 bytes without slash, colon, percent sign or white space: received ''",
  ],
];

test.for(mistakes)('lab.uplink refuses %s', async ([, prepare, name, message], { lab }) => {
  const { machine } = addMachine(lab);
  await prepare(machine);
  expect(await refusalOf(machine, `lab.uplink('${name}')`)).toBe(message);
});

test('lab.uplink refuses a device that is not Ethernet', async ({ lab, skip }) => {
  const why = withoutTun();
  if (why) skip(why);
  const { machine } = addMachine(lab);
  await machine.exec('ip', ['tuntap', 'add', 'dev', 'tun7', 'mode', 'tun']);
  expect(await refusalOf(machine, "lab.uplink('tun7')")).toBe(
    'lab.uplink: tun7 is no Ethernet device (its hardware type is 65534), which a macvlan needs',
  );
});

test('lab.uplink refuses a NIC without a carrier', async ({ lab }) => {
  const { machine, port } = addMachine(lab);
  port.set({ up: false });
  expect(await refusalOf(machine, "lab.uplink('nic0')")).toBe(
    'lab.uplink: nic0 has no carrier: is its cable plugged in, and the switch on?',
  );
});

test("another's passthru macvlan leaves no room, and the error names it", async ({ lab }) => {
  const { machine } = addMachine(lab);
  await machine.exec('ip', ['link', 'add', 'theirs', 'link', 'nic0', 'type', 'macvlan', 'mode', 'passthru']);
  const call = "lab.namespace('ns1').macvlan({ parent: lab.uplink('nic0'), mode: 'vepa' })";
  expect(await refusalOf(machine, call)).toMatch(
    /^ip link add macvlan0 up link nic0 address [\da-f:]+ netns ns1 type macvlan mode vepa: EINVAL .*beside another \(theirs\): it takes one child only$/s,
  );
});

test('an uplink of another lab is no parent', async ({ lab }) => {
  const { machine } = addMachine(lab);
  const call = "lab.namespace('ns1').macvlan({ parent: createLab().uplink('nic0') })";
  expect(await refusalOf(machine, call)).toBe(
    'ns1.macvlan: parent must be an interface of the same lab: received nic0, of another',
  );
});

test('an address on a real network needs its length: the lab knows no subnet there', async ({ lab }) => {
  const { machine } = addMachine(lab);
  const call = "lab.namespace('ns1').macvlan({ parent: lab.uplink('nic0'), address: '10.0.0.9' })";
  expect(await refusalOf(machine, call)).toBe(
    "ns1.macvlan: address 10.0.0.9 is in no subnet of its segment, so it needs a prefix length: '10.0.0.9/24'",
  );
});
