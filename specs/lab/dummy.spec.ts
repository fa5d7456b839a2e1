import { expect, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipAddresses, ipLink } from './referee.ts';

describeNeeding(['dummy'], () => {
  // a ─ dummy0
  test('a dummy is what iproute2 calls one', async ({ lab }) => {
    const a = lab.namespace('a');
    const dummy = a.dummy();
    const link = await ipLink(a, 'dummy0');
    expect(link).toMatchObject({ ifindex: dummy.index, address: dummy.mac, mtu: 1500 });
    expect(link.linkinfo).toMatchObject({ info_kind: 'dummy' });
    expect(link.flags).toContain('UP');
    expect(await ipAddresses(a, 'dummy0')).toEqual(['10.0.0.1/24', 'fd00::1/64']);
  });

  // a ─ d9
  test('a dummy has the name, MAC, MTU, address and flags asked for', async ({ lab }) => {
    const a = lab.namespace('a');
    a.dummy({ name: 'd9', mac: '02:00:00:00:aa:03', mtu: 9000, up: false, promiscuous: true, address: '192.0.2.1/32' });
    const link = await ipLink(a, 'd9');
    expect(link).toMatchObject({ address: '02:00:00:00:aa:03', mtu: 9000, operstate: 'DOWN' });
    expect(link.flags).toContain('PROMISC');
    expect(await ipAddresses(a, 'd9')).toEqual(['192.0.2.1/32']);
  });

  // ns1 ─ m1 ┐
  //          ├─ dummy0 (host)
  // ns2 ─ m2 ┘
  test('macvlans in mode bridge talk on a dummy, in mode vepa nothing comes back', async ({ lab }) => {
    const [host, ns1, ns2] = [lab.namespace('host'), lab.namespace('ns1'), lab.namespace('ns2')];
    const parent = host.dummy();
    const [m1, m2] = [ns1, ns2].map((ns) => ns.macvlan({ parent, mode: 'bridge' }));
    await expect(ns1).toReach(ns2);
    for (const each of [m1, m2]) each?.set({ mode: 'vepa' });
    await expect(ns1).not.toReach(ns2);
  });

  // a ── r ─ dummy0
  test('a router has an address on a dummy, which others reach', async ({ lab }) => {
    const [a, r] = [lab.namespace('a'), lab.router('r')];
    lab.cable(a, r);
    r.dummy({ address: '192.0.2.1/32' });
    await expect(a).toReach('192.0.2.1');
  });

  test.for<[options: object, message: string]>([
    [{ parent: 3 }, "a.dummy: there is no option 'parent'; the options are name, address, mac, mtu, up, promiscuous"],
    [{ up: 1 }, 'a.dummy: up must be true or false: received 1'],
    [{ mtu: 3 }, 'a.dummy: mtu must be a whole number from 68 to 65535: received 3'],
  ])('dummy(%o): %s', ([options, message], { lab }) => {
    expect(() => lab.namespace('a').dummy(options)).toThrow(new UsageError(message));
  });
});
