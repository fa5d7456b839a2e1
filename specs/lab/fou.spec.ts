import { createLab, describe, expect, type Namespace, supports, test } from 'hairpin';
import { hasCode } from '../../lib/base/has-code.ts';
import { read } from './referee.ts';

/** Nothing loads the module by itself. A guest has the lists of busybox's depmod, which other programs cannot read. */
async function hasFou(): Promise<boolean> {
  await using lab = createLab();
  const namespace = lab.namespace('probe');
  await namespace.exec('sh', ['-c', 'modprobe fou || busybox modprobe fou; true']);
  try {
    namespace.fou.add({ port: 5555, gue: true });
    return true;
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return false;
    throw error;
  }
}

const told = (namespace: Namespace, ...words: string[]) =>
  read<Record<string, unknown>>(namespace, 'ip', ['-j', ...words, 'fou', 'show']);

describe.skipIf(!(await hasFou()))('needs CONFIG_NET_FOU', () => {
  // a eth0 ── eth0 b
  test('ports are added, told and deleted', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { a: eth0 } = lab.cable(a, b);
    a.fou.add({ port: 5555, ipproto: 'gre' });
    a.fou.add({ port: 5556, gue: true, family: 6 });
    a.fou.add({ port: 5557, ipproto: 4, local: '10.0.0.1', peer: '10.0.0.2', peerPort: 7000, dev: eth0 });
    const ports = await told(a);
    expect(ports.map(({ port }) => port)).toEqual(expect.arrayContaining([5555, 5556, 5557]));
    expect(ports).toContainEqual(expect.objectContaining({ port: 5555, ipproto: 47 }));
    expect(ports).toContainEqual(
      expect.objectContaining({
        port: 5557,
        ipproto: 4,
        local: '10.0.0.1',
        peer: '10.0.0.2',
        peer_port: 7000,
        dev: 'eth0',
      }),
    );
    const none = { local: undefined, peer: undefined, peerPort: undefined, dev: undefined };
    expect(a.fou.list()).toEqual(
      expect.arrayContaining([
        { port: 5555, family: 4, ipproto: 'gre', gue: false, ...none },
        { port: 5556, family: 6, ipproto: undefined, gue: true, ...none },
        {
          ...{ port: 5557, family: 4, ipproto: 'ipip', gue: false },
          ...{ local: '10.0.0.1', peer: '10.0.0.2', peerPort: 7000, dev: 'eth0' },
        },
      ]),
    );

    a.fou.delete({ port: 5555 });
    a.fou.delete({ port: 5556, family: 6 });
    expect((await told(a)).map(({ port }) => port)).toEqual([5557]);
  });

  // a ─ gre1 ┄ eth0 ── eth0 ┄ gre1 ─ b
  test.for(['fou', 'gue'] as const)(
    'a GRE tunnel in %s needs the port of its far end',
    async (encap, { lab, skip }) => {
      skip(!supports('gre', { encap }), 'needs CONFIG_NET_IPGRE and CONFIG_NET_FOU_IP_TUNNELS');
      const [a, b] = [lab.namespace('a'), lab.namespace('b')];
      lab.cable(a, b, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
      const [one, other] = ['192.0.2.1', '192.0.2.2'];
      const settings = { name: 'gre1', encap, encapDport: 5555, encapSport: 6666 } as const;
      a.link('gre', { ...settings, local: one, remote: other, address: '10.9.0.1/24' });
      b.link('gre', { ...settings, local: other, remote: one, address: '10.9.0.2/24' });
      const kind = encap === 'fou' ? { ipproto: 'gre' } : { gue: true };
      a.fou.add({ port: 5555, ...kind });
      await expect(a).not.toReach('10.9.0.2');
      b.fou.add({ port: 5555, ...kind });
      await expect(a).toReach('10.9.0.2');
    },
  );

  // a eth0 ── eth0 b
  test('a topology file says them', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    a.fou.add({ port: 5555, ipproto: 'gre' });
    const saved = lab.save();
    expect(saved).toContain('fou: [ { family: 4, port: 5555, ipproto: gre } ]');

    await using copy = createLab();
    await copy.load({ text: saved });
    expect(copy.save()).toBe(saved);
    expect(await told(copy.namespaces[0] as Namespace)).toEqual(await told(a));
  });

  test('what the kernel refuses is said in the words of ip fou, with its usual cause', ({ lab }) => {
    const a = lab.namespace('a');
    a.fou.add({ port: 5555, gue: true });
    expect(() => a.fou.add({ port: 5555, gue: true })).toThrow(
      /^ip -n a fou add port 5555 gue: \w+ [\s\S]*usual cause: .*there is such a (FOU )?port already/,
    );
    expect(() => a.fou.delete({ port: 5556 })).toThrow(
      /^ip -n a fou del port 5556: \w+ [\s\S]*usual cause: there is no such port/,
    );
  });
});

test.for([
  [{ gue: true }, 'a.fou.add: port must be given: a whole number from 1 to 65535'],
  [{ port: 5555 }, 'a.fou.add: a FOU port takes ipproto, the protocol in it, or gue: true, and not both'],
  [
    { port: 5555, gue: true, ipproto: 'gre' },
    'a.fou.add: a FOU port takes ipproto, the protocol in it, or gue: true, and not both',
  ],
  [{ port: 5555, gue: true, peer: '10.0.0.1' }, 'a.fou.add: peer and peerPort go together'],
  [
    { port: 5555, gue: true, family: 6, local: '10.0.0.1' },
    'a.fou.add: family, local and peer must be of one version of IP',
  ],
  [{ port: 70_000, gue: true }, 'a.fou.add: port must be a whole number from 1 to 65535: received 70000'],
] as [never, string][])('%o is refused', ([options, message], { lab }) => {
  expect(() => lab.namespace('a').fou.add(options)).toThrow(message);
});

test('a kernel without FOU is named', ({ lab, skip }) => {
  const a = lab.namespace('a');
  try {
    a.fou.add({ port: 5555, gue: true });
  } catch (error) {
    expect(String(error)).toMatch(
      /^KernelError: ip -n a fou add port 5555 gue: ENOENT [\s\S]*it needs CONFIG_NET_FOU \(modprobe fou\)$/,
    );
    return;
  }
  skip('this kernel has FOU');
});
