import { expect, type Lab, type TapQueue, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { inUserNamespace, WITHOUT_NODES } from './in-user-namespace.ts';
import { heldDescriptors, ipLink, refusal } from './referee.ts';
import { pingMachine, playMachine } from './virtual-machine.ts';

/** a ── p0 (br0: host) tap0 ┄ the spec, as a virtual machine */
function build(lab: Lab) {
  const [a, host] = [lab.namespace('a'), lab.namespace('host')];
  const { b: port } = lab.cable(a, host, { a: { address: '10.0.0.1/24' }, b: { name: 'p0', address: false } });
  const tap = host.link('tun', { mode: 'tap' });
  host.bridge({ name: 'br0', address: false, ports: [port, tap] });
  return { a, host, tap };
}

describeNeeding(['tun'], () => {
  test.for<[options: { mode: 'tun' | 'tap' }, name: string, shown: object]>([
    [{ mode: 'tap' }, 'tap0', { type: 'tap', pi: false, vnet_hdr: false, multi_queue: false, persist: true }],
    [{ mode: 'tun' }, 'tun0', { type: 'tun', pi: false, vnet_hdr: false, multi_queue: false, persist: true }],
    [
      { mode: 'tun', user: 0, group: 0, pi: true, vnetHdr: true, multiQueue: true } as never,
      'tun0',
      { type: 'tun', user: 'root', group: 'root', pi: true, vnet_hdr: true, multi_queue: true, numqueues: 0 },
    ],
  ])('link(tun, %o) is %s, %o in the words of iproute2', async ([options, name, shown], { lab }) => {
    const host = lab.namespace('host');
    const link = host.link('tun', { ...options, mtu: 1400 });
    const seen = await ipLink(host, name);
    expect(seen).toMatchObject({ ifindex: link.index, mtu: 1400, linkinfo: { info_kind: 'tun', info_data: shown } });
    expect(seen.address).toBe(options.mode === 'tap' ? link.mac : undefined);
    expect(seen.flags).toContain('UP');
    expect(link).toMatchObject({ ...options, persist: true });
    expect(link.settings).toMatchObject(options);
    link.delete();
    expect((await host.exec('ip', ['-br', 'link', 'show', 'type', 'tun'])).stdout).toBe('');
  });

  test('hairpin and `ip tuntap` make the same', async ({ lab }) => {
    const host = lab.namespace('host');
    const own = ['user', '0', 'group', '0', 'multi_queue', 'vnet_hdr', 'pi'];
    await host.exec('ip', ['tuntap', 'add', 'other', 'mode', 'tun', ...own]);
    host.link('tun', {
      name: 'own',
      mode: 'tun',
      user: 0,
      group: 0,
      multiQueue: true,
      vnetHdr: true,
      pi: true,
      up: false,
    });
    const shown = async (name: string) => {
      const { ifindex: _, ifname: __, ...rest } = await ipLink(host, name);
      return rest;
    };
    expect(await shown('own')).toEqual(await shown('other'));
    lab.discover();
    expect(host.interface('other').settings).toEqual(host.interface('own').settings);
  });

  test('a tap that a program has open has a carrier, and is a port of a bridge like others', async ({ lab }) => {
    const { a, tap } = build(lab);
    expect(tap.state()).toMatchObject({ up: true, carrier: false });
    await expect(a).not.toReach('10.0.0.50', { because: 'lost' });
    const queue = tap.open();
    expect((await ipLink(tap.namespace, 'tap0')).flags).not.toContain('NO-CARRIER');
    expect(tap.queues).toEqual([queue]);
    const machine = playMachine(queue, '02:00:00:00:00:50', '10.0.0.50');
    await expect(a).toReach('10.0.0.50');
    expect(await pingMachine(a, '10.0.0.50')).toContain(' 0% packet loss');
    queue.close();
    await machine;
    await expect.poll(() => tap.state().carrier).toBe(false);
    await expect(a).not.toReach('10.0.0.50', { because: 'lost' });
  });

  // a ─ tun0 ┄ the spec, as a VPN ┄ tun0 ─ b
  test('the spec carries packets from one tun to another, and a loss behind it has its own reason', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const [left, right] = [a, b].map((host, at) =>
      host.link('tun', { mode: 'tun', address: `10.8.0.${at + 1}/24` }).open(),
    ) as [TapQueue, TapQueue];
    const carry = async (from: TapQueue, to: TapQueue) => {
      for await (const packet of from) to.write(packet);
    };
    const vpn = [carry(left, right), carry(right, left)];
    await expect(a).toReach(b);
    b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
    await expect(a).not.toReach(b, { droppedBy: 'host.echo-ignored' });
    left.close();
    right.close();
    await Promise.all(vpn);
  });

  test('by a tun a program reads and writes IP packets', async ({ lab }) => {
    const host = lab.namespace('host');
    const vpn = host.link('tun', { mode: 'tun', address: '10.8.0.1/24' }).open();
    const ping = host.exec('ping', ['-c1', '-W20', '-n', '10.8.0.2'], { reject: false });
    const packet = await vpn.read({ within: 20_000, where: (each) => each[0] === 0x45 });
    expect([packet.length, ...packet.subarray(12, 20)]).toEqual([84, 10, 8, 0, 1, 10, 8, 0, 2]);
    // Two ends that change places leave the checksum as it is; that of an answer differs by its type (RFC 1624).
    const answer = Buffer.concat([
      packet.subarray(0, 12),
      packet.subarray(16, 20),
      packet.subarray(12, 16),
      Buffer.of(0, 0),
      Buffer.alloc(2),
      packet.subarray(24),
    ]);
    const sum = packet.readUInt16BE(22) + 0x0800;
    answer.writeUInt16BE((sum & 0xffff) + (sum >> 16), 22);
    vpn.write(answer);
    expect((await ping).stdout).toContain(' 0% packet loss');
    expect(() => vpn.write(Buffer.alloc(19))).toThrow(
      'host/tun0: TapQueue.write: frame must be bytes, of an IPv4 header at least (20): received 19 bytes',
    );
  });

  test('with multiQueue it is open more than once', ({ lab }) => {
    const host = lab.namespace('host');
    const many = host.link('tun', { mode: 'tap', multiQueue: true });
    many.open();
    many.open({ vnetHeader: true });
    expect(many).toMatchObject({ numqueues: 2, numdisabled: 0 });
    const one = host.link('tun', { mode: 'tap' });
    one.open();
    expect(refusal(() => one.open())).toBe(
      'ioctl(TUNSETIFF, tap1): EBUSY (resource busy or locked)\n' +
        '  usual cause: a program has it open already: multiQueue lets it be open more than once (tun_attach)',
    );
  });

  test('a program reads and writes by the descriptor', async ({ lab }) => {
    const host = lab.namespace('host');
    const tap = host.link('tun', { mode: 'tap', address: '10.8.0.1/24' });
    host.sysctl.set('net.ipv6.conf.tap0.disable_ipv6', 1);
    const read = ['-c', 'dd bs=2048 count=1 status=none <&3 | od -An -v -tx1'];
    const first = host.exec('sh', read, { taps: [tap.open()] });
    await host.exec('ping', ['-c1', '-W1', '10.8.0.2'], { reject: false });
    expect((await first).stdout.replaceAll(/\s/g, '')).toMatch(/^f{12}[0-9a-f]{12}0806/);
  });

  test('nothing of it is left open after the lab', async ({ lab }) => {
    build(lab).tap.open();
    await lab.close();
    expect(heldDescriptors().filter((path) => path === '/device' || path === '/dev/net/tun')).toEqual([]);
  });

  test('a name that other software has given is refused', async ({ lab }) => {
    const host = lab.namespace('host');
    await host.exec('ip', ['tuntap', 'add', 'tap0', 'mode', 'tap']);
    expect(refusal(() => host.link('tun', { mode: 'tap' }))).toBe(
      'ip -n host tuntap add dev tap0 mode tap: ioctl(TUNSETIFF, tap0): EBUSY (resource busy or locked)\n' +
        '  usual cause: host has an interface tap0 already',
    );
  });

  test('an id that this user namespace does not have is refused', ({ lab }) => {
    expect(refusal(() => lab.namespace('host').link('tun', { mode: 'tap', group: 2 ** 32 - 1 }))).toBe(
      'ip -n host tuntap add dev tap0 mode tap group 4294967295: ioctl(TUNSETGROUP): EINVAL (invalid argument)\n' +
        '  usual cause: user and group must be ids that this user namespace has (make_kuid)',
    );
  });

  test.for<[options: object, message: string]>([
    [{}, 'mode must be given: one of tun, tap'],
    [{ mode: 'l2' }, "mode must be one of tun, tap: received 'l2'"],
    [{ mode: 'tun', mac: '02:00:00:00:00:01' }, 'mac cannot be chosen: a tun with these settings has none'],
    [{ mode: 'tap', user: 'root' }, "user must be a whole number from 0 to 4294967295: received 'root'"],
    [{ mode: 'tap', multiQueue: 2 }, 'multiQueue must be true or false: received 2'],
    [
      { mode: 'tap', persist: false },
      "there is no option 'persist'; the options are name, address, mac, mtu, up, promiscuous, mode, user, group, multiQueue, pi, vnetHdr",
    ],
  ])('link(tun, %o): %s', ([options, message], { lab }) => {
    expect(() => lab.namespace('host').link('tun', options as never)).toThrow(
      new UsageError(`host.link(tun): ${message}`),
    );
  });
});

// In a user namespace of its own, where /dev has no node: Node
test('where there is no /dev/net/tun that may be opened, making one says so', async ({ lab }) => {
  const make = "lab.namespace('host').link('tun', { mode: 'tap' })";
  expect(await inUserNamespace(lab, WITHOUT_NODES, make)).toBe(
    'KernelError: ip -n host tuntap add dev tap0 mode tap: mknod c 10 200: EPERM (operation not permitted)\n' +
      '  usual cause: a device node takes CAP_MKNOD of the host itself, which no user namespace has (vfs_mknod): run as ' +
      'root, in a container with --privileged, or let this user at /dev/net/tun (udev: KERNEL=="tun", MODE="0666")',
  );
});
