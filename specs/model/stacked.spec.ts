import { expect, type Interface, type Lab, type Namespace, test } from 'hairpin';
import { vi } from 'vitest';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';
import { Referee } from './agreement.ts';
import { quiet } from './random-network.ts';

// A frame from each device to each other, one after the other.
vi.setConfig({ testTimeout: 300_000 });

const NOBODY = '02:ff:ff:ff:ff:ff';

/** Sends from each device to each other, to everybody and to nobody. */
async function expectAgreement(lab: Lab, devices: readonly Interface[], more: readonly string[] = []): Promise<void> {
  await lab.settled();
  using referee = new Referee(lab);
  const destinations = [...devices.map(({ mac }) => mac), BROADCAST_MAC, NOBODY, ...more];
  for (const from of devices) {
    for (const to of destinations.filter((mac) => mac !== from.mac)) {
      const ways = await referee.follow(from, to, 60);
      if (!ways) throw new Error(`${from} was to send a frame to ${to}, and cannot`);
      expect({ from: `${from}`, to, ways: ways.kernel }).toEqual({ from: `${from}`, to, ways: ways.model });
    }
  }
}

/** Makes a bridge of other software's in a host, with a device of the lab as its port. */
async function bridgeOf(host: Namespace, ...ports: Interface[]): Promise<Interface> {
  await host.exec('ip', ['link', 'add', 'br1', 'up', 'type', 'bridge', 'mcast_snooping', '0']);
  for (const { name } of ports) await host.exec('ip', ['link', 'set', name, 'master', 'br1']);
  const [bridge] = host.lab.discover();
  if (!bridge) throw new Error('the bridge is not found');
  return bridge;
}

// a ── eth0 ┐
//           ├─ br1 (host) ─ macvlan (c), macvlan (d)
// b ── eth1 ┘
test.for(['bridge', 'private'] as const)(
  'macvlans in mode %s on a bridge, which is promiscuous for their sake (macvlan_open, dev_uc_add)',
  async (mode, { lab }) => {
    const [a, b, host, c, d] = ['a', 'b', 'host', 'c', 'd'].map((name) => quiet(lab, name)) as [
      Namespace,
      Namespace,
      Namespace,
      Namespace,
      Namespace,
    ];
    const { a: atA, b: eth0 } = lab.cable(a, host, { a: { address: false }, b: { address: false } });
    const { a: atB, b: eth1 } = lab.cable(b, host, { a: { address: false }, b: { address: false } });
    const bridge = await bridgeOf(host, eth0, eth1);
    const children = [c, d].map((namespace) => namespace.macvlan({ parent: bridge, mode, address: false }));
    await expectAgreement(lab, [atA, atB, bridge, ...children]);
  },
);

// a ── sw ── eth0 (host) ─ macvlan (inner) = port of br1 (inner) ── b
test.for(['bridge', 'passthru'] as const)(
  'a macvlan in mode %s as the port of a bridge hears unicast for others in mode passthru alone',
  async (mode, { lab }) => {
    const sw = lab.switch('sw');
    const [a, host, inner, b] = ['a', 'host', 'inner', 'b'].map((name) => quiet(lab, name)) as [
      Namespace,
      Namespace,
      Namespace,
      Namespace,
    ];
    const { a: atA } = lab.cable(a, sw, { a: { address: false } });
    const { a: up0 } = lab.cable(host, sw, { a: { address: false } });
    const { a: eth1, b: atB } = lab.cable(inner, b, { a: { address: false }, b: { address: false } });
    const port = inner.macvlan({ parent: up0, mode, address: false });
    const bridge = await bridgeOf(inner, port, eth1);
    await expectAgreement(lab, [atA, up0, bridge, atB], [port.mac]);
  },
);

// a ── eth0 (host) ─ macvlan0 (host) ─ macvlan0 (c), macvlan0 (d): macvlans on a macvlan go to the lowest parent (macvlan_common_newlink)
test('macvlans that were made on a macvlan', async ({ lab }) => {
  const [a, host, c, d] = ['a', 'host', 'c', 'd'].map((name) => quiet(lab, name)) as [
    Namespace,
    Namespace,
    Namespace,
    Namespace,
  ];
  const { a: atA, b: up0 } = lab.cable(a, host, { a: { address: false }, b: { address: false } });
  const m1 = host.macvlan({ parent: up0, mode: 'bridge', address: false });
  const children = [c, d].map((namespace) => namespace.macvlan({ parent: m1, mode: 'bridge', address: false }));
  await expectAgreement(lab, [atA, m1, ...children]);
});
