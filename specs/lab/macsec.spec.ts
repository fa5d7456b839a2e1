import { expect, type Lab, type Namespace, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink, read, refusal } from './referee.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const SCI = '0200000000650001';

// host: eth0 ── far
function build(lab: Lab) {
  const host = lab.namespace('host');
  return { host, parent: lab.cable(host, lab.namespace('far')).a };
}

/** `ip macsec show` of the only MACsec device. */
async function macsecShow(host: Namespace): Promise<unknown> {
  const [device] = await read<unknown>(host, 'ip', ['-j', 'macsec', 'show']);
  return device;
}

describeNeeding(['macsec'], () => {
  // host: macsec0 ┄ eth0 ── far
  test.for<[options: object, shown: object]>([
    [
      { port: 7, encrypt: true },
      { sci: expect.stringMatching(/0007$/), encrypt: true, inc_sci: true, cipher_suite: 'GCM-AES-128' },
    ],
    [
      { sendSci: false, endStation: true, icvlen: 12 },
      { inc_sci: false, es: true, icv_len: 12 },
    ],
    [
      { replay: true, window: 9, validate: 'check', encodingsa: 2 },
      { replay_protect: true, window: 9, validation: 'check', encoding_sa: 2 },
    ],
    [{ sci: '0200deadbeef0009' }, { sci: '0200deadbeef0009' }],
    [{ cipher: 'gcm-aes-128' }, { cipher_suite: 'GCM-AES-128' }],
    [
      { cipher: 'gcm-aes-256', protect: false },
      { cipher_suite: 'GCM-AES-256', protect: false },
    ],
  ])('link(macsec, %o) is %o in the words of iproute2', async ([options, shown], { lab }) => {
    const host = lab.namespace('host');
    const { a: parent } = lab.cable(host, lab.namespace('far'));
    const macsec = host.link('macsec', { parent, ...options });
    expect((await ipLink(host, macsec.name)).linkinfo).toMatchObject({ info_kind: 'macsec', info_data: shown });
    const { port: _, ...told } = options as { port?: number };
    expect(macsec).toMatchObject({ ...told, parent, mac: parent.mac });
  });

  // a ─ macsec0 ┄ eth0 ── eth0 ┄ macsec0 ─ b
  test('with keys, two ends reach each other, and not with different ones', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const cable = lab.cable(a, b, { a: { address: false }, b: { address: false } });
    const common = { port: 1, encrypt: true } as const;
    const own = a.link('macsec', { ...common, parent: cable.a, address: '10.7.0.1/24' });
    const far = b.link('macsec', { ...common, parent: cable.b, address: '10.7.0.2/24' });
    await expect(a).not.toReach(far);
    const association = { sa: 0, keyId: '01', key: KEY };
    own.set({ tx: [association], rx: [{ address: cable.b.mac, sas: [association] }] });
    far.set({ tx: [association], rx: [{ address: cable.a.mac, sas: [association] }] });
    await expect(a).toReach(far);
    // Both take the next key before one sends by it.
    const next = { sa: 1, keyId: '02', key: KEY.replace('0', 'e') };
    const { key: _, ...present } = association;
    for (const [end, { mac }] of [
      [own, cable.b],
      [far, cable.a],
    ] as const)
      end.set({ rx: [{ address: mac, sas: [present, next] }] });
    far.set({ encodingsa: 1, tx: [next] });
    await expect(a).toReach(far);
    far.set({ tx: [{ ...next, key: KEY.replace('0', 'f') }] });
    await expect(a).not.toReach(far);
  });

  // host: macsec0 ┄ eth0 ── far
  test('keys are as iproute2 reads them, and what set leaves as it is stays', async ({ lab }) => {
    const { parent, host } = build(lab);
    const address = '02:00:00:00:00:99';
    // Nothing is sent by these associations: encodingsa is 0.
    const macsec = host.link('macsec', {
      parent,
      tx: [{ sa: 2, pn: 7, keyId: '0a', key: KEY }],
      rx: [
        { address, port: 3, on: false, sas: [{ sa: 1, on: false, keyId: 'FF'.repeat(16), key: KEY }] },
        { sci: SCI },
      ],
    });
    const keyId = '0a'.padEnd(32, '0');
    expect(await macsecShow(host)).toMatchObject({
      sa_list: [{ an: 2, pn: 7, active: true, key: keyId }],
      // The newest first.
      rx_sc: [
        { sci: '0x200000000650001', active: true, sa_list: [] },
        { sci: '0x200000000990003', active: false, sa_list: [{ an: 1, pn: 1, active: false, key: 'ff'.repeat(16) }] },
      ],
    });
    expect(macsec.tx).toEqual([{ sa: 2, pn: 7, on: true, keyId }]);
    // Without a key an association stays: only its packet number and its state change.
    const other = { sa: 3, keyId: '0b', key: KEY };
    macsec.set({ tx: [{ sa: 2, pn: 9, keyId: '0a', on: false }, other], rx: [{ sci: SCI, on: false }] });
    expect(await macsecShow(host)).toMatchObject({
      sa_list: [
        { an: 2, pn: 9, active: false, key: keyId },
        { an: 3, pn: 1, active: true },
      ],
      rx_sc: [{ sci: '0x200000000650001', active: false }],
    });
    macsec.set({ tx: macsec.tx.filter(({ sa }) => sa === 3), rx: [] });
    expect(macsec).toMatchObject({ tx: [{ sa: 3 }], rx: [] });
    expect(await macsecShow(host)).toMatchObject({ sa_list: [{ an: 3, pn: 1, active: true }], rx_sc: [] });
  });

  // host: macsec0 ┄ eth0 ── far
  test('with an XPN cipher, packet numbers have 64 bits', async ({ lab }) => {
    const { parent, host } = build(lab);
    const pn = 2 ** 40 + 1;
    const xpn = { ssci: 5, salt: '0123456789abcdef01234567', key: KEY, keyId: '01' };
    const macsec = host.link('macsec', { parent, cipher: 'gcm-aes-xpn-128', tx: [{ sa: 1, pn, ...xpn }] });
    // iproute2 6.1 reads the lower half of the packet number.
    expect(await macsecShow(host)).toMatchObject({ sa_list: [{ an: 1, pn: 1, ssci: '0x5' }] });
    expect(macsec.tx).toMatchObject([{ sa: 1, pn, ssci: 5 }]);
    macsec.set({ tx: [{ sa: 1, pn: pn + 1, keyId: '01' }] });
    expect(macsec.tx).toMatchObject([{ sa: 1, pn: pn + 1, ssci: 5 }]);
    expect(refusal(() => macsec.set({ tx: [{ sa: 1, keyId: '01', key: KEY }] }))).toContain(
      'a cipher of xpn needs ssci and salt',
    );
  });

  test.for<[options: object, message: string]>([
    [{ tx: {} }, "tx must be a list such as [{ sa: 0, keyId: '01', key }]: received {}"],
    [{ tx: [{ keyId: '01' }] }, 'tx[0]: sa must be given: a whole number from 0 to 3'],
    [{ tx: [{ sa: 4, keyId: '01' }] }, 'tx[0]: sa must be a whole number from 0 to 3: received 4'],
    [{ tx: [{ sa: 0, keyId: '1' }] }, "tx[0]: keyId must be 2 to 32 hexadecimal digits, an even number: received '1'"],
    [{ tx: [{ sa: 0, keyId: '01', key: '01' }] }, "tx[0]: key must be 32 or 64 hexadecimal digits: received '01'"],
    [
      { tx: [{ sa: 0, keyId: '01', pn: 0 }] },
      'tx[0]: pn must be a whole number from 1 to 9007199254740991: received 0',
    ],
    [
      {
        tx: [
          { sa: 0, keyId: '01' },
          { sa: 0, keyId: '02' },
        ],
      },
      'tx[1]: sa must differ from that of the other associations: received 0',
    ],
    [{ rx: [{ port: 1 }] }, 'rx[0]: a channel is said by address and port, or by sci, and not by both'],
    [{ rx: [{ sci: SCI, sas: [{ sa: 9 }] }] }, 'rx[0]: sas[0]: sa must be a whole number from 0 to 3: received 9'],
    [{ rx: [{ sci: SCI }, { sci: SCI }] }, `rx[1]: there is the same channel before it: received ${SCI}`],
  ])('%o is refused', ([options, message], { lab }) => {
    const { parent, host } = build(lab);
    expect(() => host.link('macsec', { parent, ...options })).toThrow(new UsageError(`host.link(macsec): ${message}`));
  });

  // host: macsec0 ┄ eth0 ── far
  test('a new association needs a key, and a packet number of 32 bits', ({ lab }) => {
    const { parent, host } = build(lab);
    const macsec = host.link('macsec', { parent });
    expect(refusal(() => macsec.set({ tx: [{ sa: 0, keyId: '01', key: KEY, pn: 2 ** 32 }] }))).toContain(
      'the most that pn can be is 4294967295',
    );
    expect(refusal(() => macsec.set({ tx: [{ sa: 0, keyId: '01' }] }))).toContain(
      'usual cause: a new association needs key',
    );
  });

  // host: eth0 ── far
  test('what excludes each other is refused', ({ lab }) => {
    const host = lab.namespace('host');
    const { a: parent } = lab.cable(host, lab.namespace('far'));
    expect(refusal(() => host.link('macsec', { parent, sendSci: true, endStation: true }))).toContain(
      'of sendSci, endStation and scb only one may be on',
    );
    expect(() => host.link('macsec', { parent, sci: '0x7' })).toThrow(
      new UsageError("host.link(macsec): sci must be 16 hexadecimal digits such as '0200000000650001': received '0x7'"),
    );
    expect(refusal(() => host.link('macsec', { parent, offload: 'mac' }))).toContain(
      'usual cause: host/eth0 has no hardware for this offload (macsec_newlink)',
    );
    expect(() => host.link('macsec', { parent, cipher: 'aes' as never })).toThrow(
      new UsageError(
        "host.link(macsec): cipher must be one of gcm-aes-128, gcm-aes-256, gcm-aes-xpn-128, gcm-aes-xpn-256: received 'aes'",
      ),
    );
  });
});
