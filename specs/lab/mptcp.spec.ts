import { createLab, describe, expect, type Namespace, test } from 'hairpin';
import { read } from './referee.ts';

async function hasMptcp(): Promise<boolean> {
  await using lab = createLab();
  return lab.namespace('probe').mptcp.limits.get() !== undefined;
}

/** The endpoints that `ip` tells, each with its flags. */
async function told(namespace: Namespace) {
  const all = await read<Record<string, unknown>>(namespace, 'ip', ['-j', 'mptcp', 'endpoint']);
  return all.map((each) => ({ ...each }));
}

describe.skipIf(!(await hasMptcp()))('needs CONFIG_MPTCP', () => {
  // a eth0 ── eth0 b
  test('endpoints are added, changed and deleted', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { a: eth0 } = lab.cable(a, b);
    a.mptcp.endpoint.add({ address: '10.0.0.1', signal: true });
    a.mptcp.endpoint.add({ address: '10.0.0.9', subflow: true, backup: true, dev: eth0, id: 7 });
    a.mptcp.endpoint.add({ address: 'fd00::1', signal: true, port: 3333, id: 9 });
    expect(await told(a)).toEqual([
      { address: '10.0.0.1', id: 1, signal: true },
      { address: '10.0.0.9', id: 7, subflow: true, backup: true, dev: 'eth0' },
      { address: 'fd00::1', id: 9, signal: true, port: 3333 },
    ]);
    expect(a.mptcp.endpoint.list()).toMatchObject([
      { address: '10.0.0.1', id: 1, signal: true, subflow: false, dev: undefined, port: undefined },
      { address: '10.0.0.9', id: 7, subflow: true, backup: true, dev: 'eth0' },
      { address: 'fd00::1', id: 9, signal: true, port: 3333 },
    ]);

    a.mptcp.endpoint.change({ id: 7, backup: false });
    a.mptcp.endpoint.delete({ id: 1 });
    expect(await told(a)).toEqual([
      { address: '10.0.0.9', id: 7, subflow: true, dev: 'eth0' },
      { address: 'fd00::1', id: 9, signal: true, port: 3333 },
    ]);
    a.mptcp.endpoint.change({ id: 7, fullmesh: true });
    expect(await told(a)).toContainEqual({ address: '10.0.0.9', id: 7, subflow: true, fullmesh: true, dev: 'eth0' });
  });

  test('limits are changed one by one', async ({ lab }) => {
    const a = lab.namespace('a');
    const limits = async () => (await a.exec('ip', ['mptcp', 'limits'])).stdout.trim();
    a.mptcp.limits.set({ subflows: 5 });
    a.mptcp.limits.set({ addAddrAccepted: 3 });
    expect(await limits()).toBe('add_addr_accepted 3 subflows 5');
    expect(a.mptcp.limits.get()).toEqual({ subflows: 5, addAddrAccepted: 3 });
  });

  // a eth0 ── eth0 b
  test('a topology file says them', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b);
    a.mptcp.endpoint.add({ address: '10.0.0.1', signal: true, id: 3 });
    a.mptcp.limits.set({ subflows: 5 });
    const saved = lab.save();
    expect(saved).toContain('mptcpEndpoints: [ { address: 10.0.0.1, id: 3, signal: true } ]');

    await using other = createLab();
    await other.load({ text: saved });
    expect(other.save()).toBe(saved);
    expect(await told(other.namespaces[0] as Namespace)).toEqual([{ address: '10.0.0.1', id: 3, signal: true }]);
  });

  test.for([
    [{ id: 1 }, 'a.mptcp.endpoint.add: address must be given: an IP address such as 10.0.0.1 or fd00::1'],
    [{ address: '10.0.0.1', id: 256 }, 'a.mptcp.endpoint.add: id must be a whole number from 1 to 255: received 256'],
    [
      { address: '10.0.0.1', port: 80 },
      'a.mptcp.endpoint.add: port belongs to signal: true: received port 80 without it',
    ],
    [
      { address: '10.0.0.1', signal: true, fullmesh: true },
      'a.mptcp.endpoint.add: signal and fullmesh do not go together (mptcp_pm_nl_add_addr_doit)',
    ],
  ] as [never, string][])('%o is refused', ([options, message], { lab }) => {
    expect(() => lab.namespace('a').mptcp.endpoint.add(options)).toThrow(message);
  });

  test('what the kernel refuses is said in the words of ip mptcp, with its usual cause', ({ lab }) => {
    const a = lab.namespace('a');
    a.mptcp.endpoint.add({ address: '10.0.0.1', signal: true });
    expect(() => a.mptcp.endpoint.add({ address: '10.0.0.1', signal: true })).toThrow(
      /^ip -n a mptcp endpoint add 10\.0\.0\.1 signal: (?:EEXIST|EINVAL) [\s\S]*usual cause: there is an endpoint of this address/,
    );
    expect(() => a.mptcp.endpoint.delete({ id: 7 })).toThrow(
      /^ip -n a mptcp endpoint del id 7: EINVAL [\s\S]*usual cause: no endpoint has this id/,
    );
    expect(() => a.mptcp.endpoint.change({ id: 7, backup: true })).toThrow(
      'a.mptcp.endpoint.change: no endpoint has the id 7',
    );
    expect(() => a.mptcp.limits.set({ subflows: 9 })).toThrow(
      'a.mptcp.limits.set: subflows must be a whole number from 0 to 8: received 9',
    );
  });
});
