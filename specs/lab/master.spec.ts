import { expect, type Lab, test, UsageError } from 'hairpin';
import { ipLink, refusal } from './referee.ts';

/** a eth0 ── eth0, eth1 (br1) host, which has a bridge of its own ── b */
async function build(lab: Lab) {
  const [a, host, b] = [lab.namespace('a'), lab.namespace('host'), lab.namespace('b')];
  const { b: eth0 } = lab.cable(a, host, { b: { address: false } });
  const { a: eth1 } = lab.cable(host, b, { a: { address: false } });
  await host.exec('ip', ['link', 'add', 'br1', 'up', 'type', 'bridge']);
  return { a, host, b, eth0, eth1, br1: host.interface('br1') };
}

test('a device belongs to a bridge from when it is set', async ({ lab }) => {
  const { a, host, eth0, eth1, br1 } = await build(lab);
  expect([eth0.master, eth0.isPort]).toEqual([undefined, false]);
  for (const device of [eth0, eth1]) device.set({ master: br1 });
  expect((await ipLink(host, 'eth0')).master).toBe('br1');
  expect([eth0.master, eth0.bridge, eth0.isPort]).toEqual([br1, br1, true]);
  await host.exec('ip', ['address', 'add', '10.0.0.9/24', 'dev', 'br1']);
  await expect(a).toReach('10.0.0.9');

  eth0.set({ master: false });
  expect((await ipLink(host, 'eth0')).master).toBeUndefined();
  expect([eth0.master, eth0.bridge, eth0.isPort]).toEqual([undefined, undefined, false]);
  await expect(a).not.toReach('10.0.0.9');
});

test('one change may also say what the device is as a port', async ({ lab }) => {
  const { host, eth0, br1 } = await build(lab);
  eth0.set({ master: br1, isolated: true, mtu: 1400 } as never);
  expect(eth0.settings).toMatchObject({ isolated: true });
  expect(await ipLink(host, 'eth0')).toMatchObject({ master: 'br1', mtu: 1400 });
});

test('a master that somebody else set is known', async ({ lab }) => {
  const { host, eth0, br1 } = await build(lab);
  await host.exec('ip', ['link', 'set', 'eth0', 'master', 'br1']);
  lab.discover();
  expect([eth0.master, eth0.isPort]).toEqual([br1, true]);
});

test('the kernel refuses a bridge as the port of another', async ({ lab }) => {
  const { host, br1 } = await build(lab);
  await host.exec('ip', ['link', 'add', 'br2', 'type', 'bridge']);
  expect(refusal(() => br1.set({ master: host.interface('br2') }))).toBe(
    'ip -n host link set br1 master br2: ELOOP (too many symbolic links encountered)\n' +
      '  usual cause: a bridge cannot be a port of another, and host/br1 is one, or host/br2 is below it',
  );
});

test('a wrong master is named', async ({ lab }) => {
  const { a, host, b, eth0, eth1, br1 } = await build(lab);
  const set = (master: unknown) => () => eth0.set({ master } as never);
  const expected = 'host/eth0.set: master must be';
  const error = (message: string) => new UsageError(message);
  expect(set('br1')).toThrow(error(`${expected} an interface of host, or false for none: received 'br1'`));
  expect(set(a.interface())).toThrow(error(`${expected} an interface of host, or false for none: received a/eth0`));
  expect(set(eth0)).toThrow(error('host/eth0.set: host/eth0 cannot be its own master'));
  expect(set(eth1)).toThrow(
    /^host\/eth0.set: master must be of a kind that other devices can belong to \(bridge.*\): received host\/eth1, a veth$/,
  );
  br1.delete();
  expect(set(br1)).toThrow(error('host/eth0.set: master host/br1 has been deleted'));
  expect([b.name, host.interfaces.length]).toEqual(['b', 2]);
});
