import { createLab, describe, expect, type Lab, type MptcpEndpointOptions, test } from 'hairpin';

async function hasMptcp(): Promise<boolean> {
  await using lab = createLab();
  return lab.namespace('probe').mptcp.limits.get() !== undefined;
}

// ns1
function build(lab: Lab, ...endpoints: MptcpEndpointOptions[]) {
  const { mptcp } = lab.namespace('ns1');
  for (const each of endpoints) mptcp.endpoint.add(each);
  return mptcp;
}

/** The endpoints by their ids, as `1 10.0.1.1 signal`. */
function dump({ endpoint }: ReturnType<typeof build>): string[] {
  return endpoint.list().map(({ id, address, dev, port: _, ...flags }) => {
    const set = Object.entries(flags).flatMap(([name, isSet]) => (isSet ? [name] : []));
    return [id, address, ...(dev ? [dev] : []), ...set].join(' ');
  });
}

const THREE: MptcpEndpointOptions[] = [
  { address: '10.0.1.1' },
  { address: '10.0.1.2', subflow: true, dev: 'lo' },
  { address: '10.0.1.3', signal: true, backup: true },
];
const at = (last: number, more: object = {}) => ({ address: `10.0.1.${last}`, ...more });

describe.skipIf(!(await hasMptcp()))('needs CONFIG_MPTCP', () => {
  test('defaults addr list', ({ lab }) => {
    expect(dump(build(lab))).toEqual([]);
  });

  test('defaults limits', ({ lab }) => {
    expect(build(lab).limits.get()).toEqual({ addAddrAccepted: 0, subflows: 2 });
  });

  test('simple add/get addr', ({ lab }) => {
    expect(dump(build(lab, ...THREE))).toContain('1 10.0.1.1');
  });

  test('dump addrs', ({ lab }) => {
    expect(dump(build(lab, ...THREE))).toEqual(['1 10.0.1.1', '2 10.0.1.2 lo subflow', '3 10.0.1.3 signal backup']);
  });

  test('dump addrs after del', ({ lab }) => {
    const mptcp = build(lab, ...THREE);
    mptcp.endpoint.delete({ id: 2 });
    expect(dump(mptcp)).toEqual(['1 10.0.1.1', '3 10.0.1.3 signal backup']);
  });

  test('duplicate addr', ({ lab }) => {
    const mptcp = build(lab, ...THREE);
    expect(() => mptcp.endpoint.add(at(3))).toThrow('there is an endpoint of this address');
    expect(dump(mptcp)).toHaveLength(3);
  });

  test('id addr increment', ({ lab }) => {
    const mptcp = build(lab, ...THREE, at(4, { signal: true }));
    expect(dump(mptcp)).toContain('4 10.0.1.4 signal');
  });

  test('above hard addr limit', ({ lab }) => {
    const mptcp = build(lab, ...[1, 2, 3, 4, 5, 6, 7, 8].map((last) => at(last)));
    expect(() => mptcp.endpoint.add(at(9))).toThrow('the most that a namespace may have');
    expect(dump(mptcp)).toHaveLength(8);
  });

  test('id limit', ({ lab }) => {
    const mptcp = build(lab, at(1));
    for (let id = 10; id <= 255; id++) {
      mptcp.endpoint.add({ address: '10.0.0.9', id });
      mptcp.endpoint.delete({ id });
    }
    expect(dump(mptcp)).toEqual(['1 10.0.1.1']);
  });

  test('set limits', ({ lab }) => {
    const { limits } = build(lab);
    limits.set({ subflows: 8, addAddrAccepted: 8 });
    expect(limits.get()).toEqual({ subflows: 8, addAddrAccepted: 8 });
  });

  test.for([
    ['rcv addrs above hard limit', { addAddrAccepted: 9, subflows: 1 }, 'addAddrAccepted'],
    ['subflows above hard limit', { addAddrAccepted: 1, subflows: 9 }, 'subflows'],
  ] as const)('%s', ([, wrong, option], { lab }) => {
    const { limits } = build(lab);
    const usual = limits.get();
    expect(() => limits.set(wrong)).toThrow(`${option} must be a whole number from 0 to 8: received 9`);
    expect(limits.get()).toEqual(usual);
  });

  test('set ids', ({ lab }) => {
    const ids = [undefined, undefined, 100, undefined, 254, undefined, undefined, undefined];
    const mptcp = build(lab, ...ids.map((id, index) => at(index + 1, id ? { id } : {})));
    expect(mptcp.endpoint.list().map(({ id, address }) => `${id} ${address}`)).toEqual([
      ...['1 10.0.1.1', '2 10.0.1.2', '3 10.0.1.7', '4 10.0.1.8'],
      ...['100 10.0.1.3', '101 10.0.1.4', '254 10.0.1.5', '255 10.0.1.6'],
    ]);
  });

  test('wrap-around ids', ({ lab }) => {
    const ids = [undefined, 254, undefined, undefined, 253, undefined, undefined, undefined];
    const mptcp = build(lab, ...ids.map((id, index) => at(index + 1, id ? { id } : {})));
    expect(mptcp.endpoint.list().map(({ id, address }) => `${id} ${address}`)).toEqual([
      ...['1 10.0.1.1', '2 10.0.1.4', '3 10.0.1.6', '4 10.0.1.7', '5 10.0.1.8'],
      ...['253 10.0.1.5', '254 10.0.1.2', '255 10.0.1.3'],
    ]);
  });

  test.for([
    ['set flags (backup)', { backup: true }, '1 10.0.1.1 subflow backup'],
    ['(nobackup)', { backup: false }, '1 10.0.1.1 subflow'],
    ['(fullmesh)', { fullmesh: true }, '1 10.0.1.1 subflow fullmesh'],
    ['(backup,fullmesh)', { backup: true, fullmesh: true }, '1 10.0.1.1 subflow backup fullmesh'],
  ] as const)('%s', ([, flags, told], { lab }) => {
    const mptcp = build(lab, at(1, { subflow: true }));
    if (!Object.values(flags).includes(true)) mptcp.endpoint.change({ id: 1, backup: true });
    mptcp.endpoint.change({ id: 1, ...flags });
    expect(dump(mptcp)).toEqual([told]);
  });

  test('(nofullmesh)', ({ lab }) => {
    const mptcp = build(lab, at(1, { subflow: true, fullmesh: true }));
    mptcp.endpoint.change({ id: 1, fullmesh: false });
    expect(dump(mptcp)).toEqual(['1 10.0.1.1 subflow']);
  });
});
