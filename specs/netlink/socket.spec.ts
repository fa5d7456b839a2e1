import { expect, KernelError, test } from 'hairpin';
import { RtnetlinkSocket } from '../../lib/netlink/socket.ts';

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
  const error = caught(() => a.route.add({ to: '10.80.0.5/24', via: '10.0.0.2' }));
  expect(error).toBeInstanceOf(KernelError);
  expect(error).toMatchObject({
    name: 'KernelError',
    code: 'EINVAL',
    errno: 22,
    operation: 'ip -n a route add 10.80.0.5/24 via 10.0.0.2',
    extendedAck: 'Invalid prefix for given prefix length',
    message:
      'ip -n a route add 10.80.0.5/24 via 10.0.0.2: EINVAL (invalid argument)\n' +
      '  kernel: Invalid prefix for given prefix length',
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
  const socket = a.run(() => new RtnetlinkSocket());
  socket.close();
  socket.close();
  const request = { type: 18, flags: 0, header: Buffer.alloc(16), attributes: [] };
  expect(() => socket.dump(request, { operation: 'ip link' })).toThrow(
    'ip link: its namespace is closed (the lab has ended)',
  );
});
