import { expect, KernelError, test } from 'hairpin';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { ipAddress } from '../../lib/netlink/address.ts';
import { body } from '../../lib/netlink/codec/body.ts';
import { bytes, device, ipFamily, string, u8 } from '../../lib/netlink/codec/scalars.ts';
import { struct } from '../../lib/netlink/codec/struct.ts';
import { attribute, table } from '../../lib/netlink/codec/table.ts';
import { Family } from '../../lib/netlink/family.ts';
import { NetlinkSocket } from '../../lib/netlink/socket.ts';
import { ipAddresses } from '../lab/referee.ts';

function caught(call: () => unknown): unknown {
  try {
    return call();
  } catch (error) {
    return error;
  }
}

// a eth0 ── eth0 b: 200 addresses of each family, several datagrams
test('a dump of many datagrams is whole', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b, { a: { address: false } });
  const numbers = Array.from({ length: 200 }, (_, number) => number + 1);
  const given = numbers.flatMap((number) => [`10.9.0.${number}/24`, `fd09::${number.toString(16)}/64`]);
  for (const address of given) device.address.add(address);
  const listed = device.address.list().filter(({ scope }) => scope === 0);
  expect(listed.map(({ address, length }) => `${address}/${length}`).sort()).toEqual(given.sort());
  const { stdout } = await a.exec('ip', ['-j', 'address', 'show', 'dev', 'eth0']);
  expect(JSON.parse(stdout)[0].addr_info).toHaveLength(401);
});

// a eth0 ── eth0 b
test("the kernel's own sentence is part of the error, where it gives one", ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  const error = caught(() => a.route.add({ to: '10.80.0.0/24', nhid: 7 }));
  expect(error).toBeInstanceOf(KernelError);
  expect(error).toMatchObject({
    name: 'KernelError',
    code: 'EINVAL',
    errno: 22,
    operation: 'ip -n a route add 10.80.0.0/24 nhid 7',
    extendedAck: 'Nexthop id does not exist',
    message:
      'ip -n a route add 10.80.0.0/24 nhid 7: EINVAL (invalid argument)\n' + '  kernel: Nexthop id does not exist',
  });
});

// a eth0 ── eth0 b
test('a refused request leaves the socket as it was', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: device } = lab.cable(a, b);
  for (let time = 0; time < 3; time++) {
    expect(caught(() => device.address.delete('10.0.0.9'))).toMatchObject({ code: 'EADDRNOTAVAIL' });
    expect(caught(() => a.route.get('192.0.2.1'))).toMatchObject({ code: 'ENETUNREACH' });
    expect(device.state()).toMatchObject({ name: 'eth0', index: device.index });
  }
});

// a
test('a socket asks in the namespace that it was opened in, and is closed once', ({ lab }) => {
  const a = lab.namespace('a');
  const socket = a.run(() => new NetlinkSocket());
  socket.close();
  socket.close();
  expect(() => socket.list(ipAddress.all())).toThrow('ip address show: its namespace is closed (the lab is closed)');
});

// a eth0 ── eth0 b
test('changes that are made together are all made, but for what is refused, which is the error', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { index } = lab.cable(a, b, { a: { address: false } }).a;
  const add = (address: string) => ipAddress.add({ family: 4, address, length: 24, index });
  const error = caught(() =>
    engineOf(a).rtnetlink.change(...['10.9.0.1', '10.9.0.2', '10.9.0.1', '10.9.0.3'].map(add)),
  );
  expect(error).toMatchObject({ code: 'EEXIST', operation: 'ip -n a address add 10.9.0.1/24 dev eth0' });
  expect(await ipAddresses(a, 'eth0')).toEqual(['10.9.0.1/24', '10.9.0.2/24', '10.9.0.3/24']);
});

// a eth0 ── eth0 b: 2,000 addresses, more than go into one send
test('changes are made in several sends where they are too many for one', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { index } = lab.cable(a, b, { a: { address: false } }).a;
  const given = Array.from({ length: 2000 }, (_, number) => `10.9.${number >> 8}.${number & 255}`);
  engineOf(a).rtnetlink.change(...given.map((address) => ipAddress.add({ family: 4, address, length: 32, index })));
  expect(await ipAddresses(a, 'eth0')).toEqual(given.map((address) => `${address}/32`));
});

// a eth0 ── eth0 b
test('an error names the attribute that the kernel refuses', ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { index } = lab.cable(a, b).a;
  const header = struct('ifaddrmsg', { family: ipFamily, length: u8, flags: u8, scope: u8, index: device });
  const wrong = new Family({
    command: ['ip', 'address'],
    messages: ['ADDR', 20],
    body: body(header, table({ label: attribute('IFA_LABEL', 3, string), local: attribute('IFA_LOCAL', 2, bytes) })),
  });
  const local = Buffer.of(10, 9, 0);
  const error = caught(() =>
    engineOf(a).rtnetlink.change(wrong.add({ family: 4, length: 24, index, label: 'eth0', local })),
  );
  expect(error).toMatchObject({
    code: 'ERANGE',
    attribute: 'IFA_LOCAL',
    message: expect.stringMatching(
      /^ip -n a address add label eth0 local 0a0900: ERANGE \(.*\)\n {2}kernel: .*\n {2}attribute: IFA_LOCAL$/,
    ),
  });
});
