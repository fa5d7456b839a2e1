import { readFileSync } from 'node:fs';
import { createLab, expect, type Lab, MACVLAN_MODES, type Macvtap, type TapQueue, test } from 'hairpin';
import { describeNeeding, describeOpeningTaps } from '../needs.ts';
import { inUserNamespace, WITHOUT_NODES } from './in-user-namespace.ts';
import { heldDescriptors, ipAddresses, ipLink, ipLinkUp } from './referee.ts';
import { pingMachine, playMachine } from './virtual-machine.ts';

// ns1 ─ vm0 (macvtap) ── up0 (host) ── eth0 (far)
function build(lab: Lab) {
  const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
  const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
  return { far, ns1, up0 };
}

/** Hosts that send nothing by themselves, as IPv6 does its reports. */
function buildSilent(lab: Lab) {
  const { far, ns1, up0 } = build(lab);
  const ns2 = lab.namespace('ns2');
  for (const host of [far, ns1, ns2]) host.sysctl.set('net.ipv6.conf.all.disable_ipv6', 1);
  return { far, ns1, ns2, up0 };
}

const isArp = (frame: Buffer) => frame.readUInt16BE(12) === 0x0806;
const hex = (frame: Uint8Array) => Buffer.from(frame).toString('hex');

/** A frame of its own type, so that nobody answers it. */
const frameTo = (destination: string, text: string) =>
  Buffer.concat([
    Buffer.from(`${destination.replaceAll(':', '')}02000000ee0188b5`, 'hex'),
    Buffer.from(text.padEnd(46)),
  ]);

const OPEN = `const { a } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  lab.namespace('ns1').macvtap({ parent: a }).open();
  console.log('opened');`;

describeNeeding(['macvtap'], () => {
  test.for(MACVLAN_MODES)('a %s macvtap is what iproute2 calls one', async (mode, { lab }) => {
    const { ns1, up0 } = build(lab);
    const vm0 = ns1.macvtap({ parent: up0, mode, name: 'vm0' });
    const link = await ipLinkUp(ns1, 'vm0');
    expect(link).toMatchObject({ ifindex: vm0.index, link_index: up0.index, operstate: 'UP', address: vm0.mac });
    expect(link.linkinfo).toMatchObject({ info_kind: 'macvtap', info_data: { mode } });
    expect(await ipAddresses(ns1, 'vm0')).toEqual(['10.0.0.3/24', 'fd00::3/64']);
    expect([vm0.mode, vm0.parent, vm0.queues]).toEqual([mode, up0, []]);
  });

  test('a live macvtap changes as a macvlan does', async ({ lab }) => {
    const { ns1, up0 } = build(lab);
    ns1.macvtap({ parent: up0, name: 'vm0' }).set({ mode: 'bridge', bcqueuelen: 7 });
    expect((await ipLink(ns1, 'vm0')).linkinfo.info_data).toMatchObject({ mode: 'bridge', bcqueuelen: 7 });
  });

  test('nobody has it open: it is a macvlan, and its namespace answers', async ({ lab }) => {
    const { far, ns1, up0 } = build(lab);
    ns1.macvtap({ parent: up0 });
    await expect(far).toReach(ns1);
  });

  // In a user namespace of its own, where /dev has no node: Node
  test('in a user namespace, opening says that device nodes are not to be had there', async ({ lab }) => {
    const stdout = await inUserNamespace(lab, WITHOUT_NODES, OPEN);
    expect(stdout.replace(/c \d+ \d+/, 'c N N').replace(/tap\d+/, 'tapN')).toBe(
      'KernelError: mknod c N N: EPERM (operation not permitted)\n' +
        '  usual cause: a device node takes CAP_MKNOD of the host itself, which no user namespace has (vfs_mknod): run as ' +
        'root, in a container with --privileged, or let this user at /dev/tapN (udev: SUBSYSTEM=="macvtap|ipvtap", MODE="0666")',
    );
  });
});

describeNeeding(['macvtap'], () => {
  describeOpeningTaps(() => {
    // In a user namespace of its own, whose root is the host's: Node. /dev is the whole machine's, so that a lab beside this
    // one may have a tap of the same name there (devtmpfs), for as long as it lives.
    // A container has a /dev of its own, in which no nodes come up.
    test('in a user namespace, the node in /dev serves whoever is let at it', { retry: 3 }, async ({ lab, skip }) => {
      const mounts = readFileSync('/proc/self/mounts', 'utf8');
      skip(!/^\S+ \/dev devtmpfs /m.test(mounts), 'needs a devtmpfs at /dev');
      expect(await inUserNamespace(lab, 'exec "$@"', OPEN)).toBe('opened');
    });

    test('a spec plays the virtual machine: ping reaches it, and its stack is silent', async ({ lab }) => {
      const { far, ns1, up0 } = build(lab);
      const vm0 = ns1.macvtap({ parent: up0, mode: 'bridge' });
      await expect(far).toReach(ns1);
      const tap = vm0.open();
      const machine = playMachine(tap, vm0.mac, '10.0.0.50');
      expect(await pingMachine(far, '10.0.0.50')).toContain(' 0% packet loss');
      await expect(far).toReach('10.0.0.50');
      await expect(far).not.toReach(ns1);
      tap.close();
      await machine;
      await expect(far).toReach(ns1);
      await expect(far).not.toReach('10.0.0.50', { because: 'lost' });
    });

    // ns1 ─ macvtap0 ── up0 (host) ── eth0 (far) ─ macvtap0 (ns2)
    test('what is written leaves by the parent, and can be read at the other end', async ({ lab }) => {
      const { far, ns1, up0 } = build(lab);
      const tap = ns1.macvtap({ parent: up0 }).open();
      const other = lab.namespace('ns2').macvtap({ parent: far.interface(), mode: 'passthru' }).open();
      const frame = frameTo(far.interface().mac, 'hello');
      tap.write(frame);
      expect(hex(await other.read({ where: (each) => each.readUInt16BE(12) === 0x88b5 }))).toBe(hex(frame));
    });

    test('a program reads and writes by the descriptor', async ({ lab }) => {
      const { far, ns1, ns2, up0 } = buildSilent(lab);
      const vm0 = ns1.macvtap({ parent: up0, address: false });
      const tap = vm0.open();
      const reader = ns1.exec('sh', ['-c', 'dd bs=2048 count=1 status=none <&3 | od -An -v -tx1'], { taps: [tap] });
      const listener = ns2.macvtap({ parent: far.interface(), mode: 'passthru', address: false }).open();
      const frame = frameTo(vm0.mac, 'to the program');
      listener.write(frame);
      expect((await reader).stdout.replaceAll(/\s/g, '')).toBe(hex(frame));
      const back = frameTo(far.interface().mac, 'and back');
      await ns1.exec('sh', ['-c', 'dd bs=2048 count=1 status=none >&3'], { input: back, taps: [tap] });
      expect(hex(await listener.read({ where: (each) => each.includes('and back') }))).toBe(hex(back));
    });

    // QEMU and its like: ten bytes of struct virtio_net_hdr before each frame.
    test('with vnetHeader a program gets a header before each frame; Node reads and writes without', async ({
      lab,
    }) => {
      const { far, ns1, ns2, up0 } = buildSilent(lab);
      const vm0 = ns1.macvtap({ parent: up0, address: false });
      const tap = vm0.open({ vnetHeader: true });
      const listener = ns2.macvtap({ parent: far.interface(), mode: 'passthru', address: false }).open();
      const reader = ns1.exec('sh', ['-c', 'dd bs=2048 count=1 status=none <&3 | od -An -v -tx1'], { taps: [tap] });
      listener.write(frameTo(vm0.mac, 'one'));
      expect((await reader).stdout.replaceAll(/\s/g, '')).toBe(`${'00'.repeat(10)}${hex(frameTo(vm0.mac, 'one'))}`);
      listener.write(frameTo(vm0.mac, 'two'));
      expect(hex(await tap.read())).toBe(hex(frameTo(vm0.mac, 'two')));
      tap.write(frameTo(far.interface().mac, 'three'));
      expect((await listener.read({ where: (each) => each.includes('three') })).length).toBe(60);
    });

    // A veth leaves transport checksums to whoever needs them (CHECKSUM_PARTIAL).
    test.for([false, true])('checksums are complete, with vnetHeader %s', async (vnetHeader, { lab }) => {
      const { far, ns1, up0 } = build(lab);
      const vm0 = ns1.macvtap({ parent: up0, address: false });
      const tap = vm0.open({ vnetHeader });
      far.neighbour.add({ to: '10.0.0.50', lladdr: vm0.mac });
      await far.exec('bash', ['-c', 'echo checked > /dev/udp/10.0.0.50/9']);
      const frame = await tap.read({ where: (each) => each.includes('checked') });
      expect(udpSum(frame)).toBe(0xffff);
    });

    test('two labs have taps of one ifindex: each reads its own', async ({ lab }) => {
      await using other = createLab();
      const taps = [lab, other].map((each) => {
        const { ns1, up0, far } = build(each);
        return { tap: ns1.macvtap({ parent: up0 }).open(), far };
      });
      expect(taps[0]?.tap.device.index).toBe(taps[1]?.tap.device.index);
      for (const [at, { tap, far }] of taps.entries()) {
        const asked = tap.read({ where: isArp });
        await expect(far).not.toReach(`10.0.0.${70 + at}`, { because: 'lost' });
        expect([...(await asked).subarray(38, 42)]).toEqual([10, 0, 0, 70 + at]);
      }
    });

    test('an opened tap leaves no mount and no file behind, and no descriptor after its lab', async () => {
      const mounts = () => readFileSync('/proc/self/mountinfo', 'utf8');
      const before = [mounts(), heldDescriptors().length];
      const lab = createLab();
      const { ns1, up0 } = build(lab);
      const tap = ns1.macvtap({ parent: up0 }).open();
      expect(mounts()).toBe(before[0]);
      await lab.close();
      expect([tap.closed, heldDescriptors().filter((path) => path === '/device')]).toEqual([true, []]);
    });

    test('the iterator ends when the queue is closed, and a read that waits says so', async ({ lab }) => {
      const { ns1, up0 } = build(lab);
      const tap = ns1.macvtap({ parent: up0, address: false, name: 'vm0' }).open();
      const waiting = tap.read({ where: () => false, within: 10_000 });
      tap.close();
      await expect(waiting).rejects.toThrow('ns1/vm0: TapQueue.read: the queue was closed, before a frame came');
      for await (const frame of tap) expect(frame).toBeUndefined();
    });

    // At first: ns1 ─ vm0 (macvtap) ── up0 (host) ── eth0 (far)
    test.for<[call: (tap: TapQueue) => unknown, message: string]>([
      [
        (tap) => tap.write(Buffer.alloc(13)),
        'ns1/vm0: TapQueue.write: frame must be bytes, of an Ethernet header at least (14): received 13 bytes',
      ],
      [
        (tap) => tap.write('hello' as never),
        "ns1/vm0: TapQueue.write: frame must be bytes, of an Ethernet header at least (14): received 'hello'",
      ],
      [
        (tap) => {
          tap.close();
          tap.write(Buffer.alloc(60));
        },
        'ns1/vm0: TapQueue.write: the queue is closed',
      ],
      [
        (tap) => {
          tap.device.delete();
          tap.write(Buffer.alloc(60));
        },
        'ns1/vm0: TapQueue.write: the interface has been deleted',
      ],
      [
        (tap) => (tap.device as Macvtap).open({ header: true } as never),
        "ns1/vm0.open: there is no option 'header'; the options are vnetHeader",
      ],
      [
        (tap) => (tap.device as Macvtap).open({ vnetHeader: 1 as never }),
        'ns1/vm0.open: vnetHeader must be true or false: received 1',
      ],
    ])('$1', ([call, message], { lab }) => {
      const { ns1, up0 } = build(lab);
      const tap = ns1.macvtap({ parent: up0, name: 'vm0' }).open();
      expect(() => call(tap)).toThrow(message);
    });

    test.for<[options: object, message: string]>([
      [{ within: 5, where: () => false }, /^ns1\/vm0: TapQueue.read: no frame within 5 ms/.source],
      [{ within: -1 }, 'TapQueue.read: within must be milliseconds'],
      [{ where: 3 }, 'TapQueue.read: where must be a function of a frame: received 3'],
      [{ until: 3 }, "TapQueue.read: there is no option 'until'; the options are within, where"],
    ])('read(%o) says %s', async ([options, message], { lab }) => {
      const { ns1, up0 } = build(lab);
      const tap = ns1.macvtap({ parent: up0, name: 'vm0' }).open();
      await expect(tap.read(options)).rejects.toThrow(new RegExp(message.replaceAll('(', '\\(')));
    });
  });
});

/** The one's complement sum of a UDP datagram with its pseudo-header: all ones when its checksum is right (RFC 768). */
function udpSum(frame: Buffer): number {
  const [ip, length] = [frame.subarray(14), frame.readUInt16BE(14 + 2) - 20];
  const udp = ip.subarray(20, 20 + length);
  const pseudo = Buffer.concat([ip.subarray(12, 20), Buffer.of(0, 17, length >> 8, length & 255)]);
  const bytes = Buffer.concat([pseudo, udp, Buffer.alloc(length % 2)]);
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) sum += bytes.readUInt16BE(at);
  while (sum > 0xffff) sum = (sum & 0xffff) + (sum >>> 16);
  return sum;
}
