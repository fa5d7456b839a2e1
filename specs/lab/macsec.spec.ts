import { expect, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink, refusal } from './referee.ts';

const KEY = '0123456789abcdef0123456789abcdef';

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
  test('with keys from ip macsec, two ends reach each other', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const cable = lab.cable(a, b, { a: { address: false }, b: { address: false } });
    const ends = [cable.a, cable.b].map((parent, at) =>
      parent.namespace.link('macsec', { parent, port: 1, encrypt: true, address: `10.7.0.${at + 1}/24` }),
    ) as [ReturnType<typeof a.link<'macsec'>>, ReturnType<typeof a.link<'macsec'>>];
    await expect(a).not.toReach(ends[1]);
    for (const [own, other] of [
      [cable.a, cable.b],
      [cable.b, cable.a],
    ] as const) {
      const macsec = (...args: string[]) => own.namespace.exec('ip', ['macsec', 'add', 'macsec0', ...args]);
      await macsec('tx', 'sa', '0', 'pn', '1', 'on', 'key', '01', KEY);
      await macsec('rx', 'port', '1', 'address', other.mac);
      await macsec('rx', 'port', '1', 'address', other.mac, 'sa', '0', 'pn', '1', 'on', 'key', '01', KEY);
    }
    await expect(a).toReach(ends[1]);
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
