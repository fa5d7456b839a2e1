import {
  createLab,
  describe,
  expect,
  type Lab,
  type Namespace,
  test,
  UsageError,
  type XfrmStateOptions,
} from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { stateText } from '../../lib/report/state-text.ts';
import { hasEsp, hasState } from '../ipsec.ts';
import { rebuild } from '../report/rebuild.ts';
import { refusal } from './referee.ts';

const [A, B] = ['10.0.0.1', '10.0.0.2'];
const KEY = '0x0102030405060708090a0b0c0d0e0f10';
const auth = { name: 'hmac(sha256)', key: KEY };
const enc = { name: 'cbc(aes)', key: KEY };
const LIST = ['-s', 'xfrm', 'state'];

const states = async (namespace: Namespace) => (await namespace.exec('ip', LIST)).stdout;

// a (eth0) ── b
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: eth0 } = lab.cable(a, b, { a: { address: `${A}/24` }, b: { address: `${B}/24` } });
  return { a, b, eth0 };
}

describe.skipIf(!(await hasEsp()))('needs CONFIG_INET_ESP', () => {
  test.for<[Omit<XfrmStateOptions, 'dst' | 'spi' | 'proto'> & Partial<XfrmStateOptions>, string[]]>([
    [
      { src: A, auth, enc, reqid: 7, replayWindow: 8 },
      [
        `src ${A} dst ${B}\n\tproto esp spi 0x00001000(4096) reqid 7(0x00000007) mode transport\n\treplay-window 8 `,
        `auth-trunc hmac(sha256) ${KEY} (128 bits) 96`,
        `enc cbc(aes) ${KEY} (128 bits)`,
      ],
    ],
    [{ enc, auth: { ...auth, truncLen: 128 } }, [`auth-trunc hmac(sha256) ${KEY} (128 bits) 128`]],
    [{ enc: { name: 'ecb(cipher_null)', key: '' } }, ['enc ecb(cipher_null) \n']],
    [
      {
        ...{ src: A, enc, mode: 'tunnel', replayWindow: 64, flag: ['esn', 'noecn', 'af-unspec'] },
        ...{ extraFlag: ['dont-encap-dscp', 'oseq-may-wrap'], tfcpad: 100, mark: '0x1/0xff', ifId: 7 },
        outputMark: '0x2/0xf0',
      },
      [
        ...['mode tunnel', 'flag noecn af-unspec esn', 'extra_flag dont-encap-dscp oseq-may-wrap'],
        ...['mark 0x1/0xff', 'output-mark 0x2/0xf0', 'if_id 0x7', 'replay_window 64, bitmap-length 2'],
      ],
    ],
    [
      { enc, encap: { type: 'espinudp', sport: 4500, dport: 4501, addr: '192.0.2.9' } },
      ['encap type espinudp sport 4500 dport 4501 addr 192.0.2.9'],
    ],
    [
      {
        ...{ dst: 'fd00::2', mode: 'tunnel', enc },
        sel: { src: '10.1.0.0/16', dst: '10.2.0.0/16', proto: 'udp', dport: 53, dev: 'eth0' },
      },
      ['src :: dst fd00::2', 'sel src 10.1.0.0/16 dst 10.2.0.0/16 proto udp dport 53 dev eth0'],
    ],
    [
      { enc, limit: { byteSoft: 1, byteHard: 2, packetSoft: 3, packetHard: 4, timeSoft: 500, timeHard: 600 } },
      [
        'limit: soft 1(bytes), hard 2(bytes)\n\t  limit: soft 3(packets), hard 4(packets)',
        'expire add: soft 500(sec), hard 600(sec)',
      ],
    ],
    [{ enc, limit: { timeUseSoft: 7, timeUseHard: 8 } }, ['expire use: soft 7(sec), hard 8(sec)']],
  ])('state.add(%o) is %o in the words of iproute2', async ([options, words], { lab }) => {
    const { a } = build(lab);
    const state: XfrmStateOptions = { dst: B, proto: 'esp', spi: 0x1000, ...options };
    a.xfrm.state.add(state);
    const shown = await states(a);
    for (const each of words) expect(shown).toContain(each);

    // A script adds the same once more, and so does a file.
    const script = labScript(readLab(lab));
    expect(script).not.toContain('# Left out');
    const { output } = await rebuild(`${script}ip netns exec a ip ${LIST.join(' ')}\n`);
    expect(withoutKeys(output)).toContain(withoutKeys(shown));
    const saved = lab.save();
    await using copy = createLab();
    await copy.load({ text: saved });
    expect(copy.save()).toBe(saved);
    expect(withoutKeys(await states(copy.namespaces[0] as Namespace))).toBe(withoutKeys(shown));

    a.xfrm.state.delete({ dst: state.dst, proto: 'esp', spi: 0x1000, ...(state.mark ? { mark: state.mark } : {}) });
    expect(await states(a)).toBe('');
  });

  test('list says what ip xfrm state has added, in order of age', async ({ lab }) => {
    const { a } = build(lab);
    const add = (...words: string[]) => a.exec('ip', ['xfrm', 'state', 'add', ...words]);
    await add(
      ...['src', A, 'dst', B, 'proto', 'esp', 'spi', '0x9', 'mode', 'beet', 'reqid', '5', 'replay-window', '128'],
      ...['flag', 'esn', 'auth-trunc', 'hmac(sha1)', '0x0a0b', '80', 'enc', 'cbc(aes)', KEY, 'mark', '3', 'mask', '7'],
      ...['if_id', '9', 'encap', 'espinudp', '1', '2', '0.0.0.0', 'limit', 'packet-hard', '77'],
    );
    await add('dst', 'fd00::2', 'proto', 'esp', 'spi', '1', 'enc', 'ecb(cipher_null)', '', 'sel', 'proto', 'tcp');
    const none = { tfcpad: undefined, outputMark: undefined, aead: undefined, comp: undefined };
    const [first, second] = a.xfrm.state.list();
    expect(first).toEqual({
      ...{ ...none, src: A, dst: B, proto: 'esp', spi: 9, mode: 'beet', reqid: 5, replayWindow: 128 },
      ...{ flag: ['esn'], extraFlag: [], auth: { name: 'hmac(sha1)', key: '0x0a0b', truncLen: 80 }, enc },
      ...{ mark: '0x3/0x7', ifId: 9, encap: { type: 'espinudp', sport: 1, dport: 2, addr: undefined } },
      ...{ sel: undefined, limit: { packetHard: 77 } },
    });
    expect(second).toMatchObject({
      ...{ ...none, src: undefined, dst: 'fd00::2', spi: 1, mode: 'transport', reqid: undefined, replayWindow: 0 },
      ...{ enc: { name: 'ecb(cipher_null)', key: '' }, sel: { family: 6, proto: 'tcp' }, limit: undefined },
    });
  });

  test('packets between two ends are protected', async ({ lab }) => {
    const { a, b } = build(lab);
    protect(a, b);
    await expect(a).toReach(b, { family: 4 });
    // Both ends have sent and received something by the states.
    for (const namespace of [a, b])
      expect((await states(namespace)).match(/[1-9]\d*\(bytes\), [1-9]\d*\(packets\)/g)).toHaveLength(2);
  });

  test('scripts, files, reports and errors have other keys than the test, and the ends still understand each other', async ({
    lab,
  }) => {
    const { a, b } = build(lab);
    protect(a, b);
    const state = readLab(lab);
    const [script, saved] = [labScript(state), lab.save()];
    const texts = [script, saved, JSON.stringify(state), ...state.namespaces.map((each) => stateText(state, each))];
    for (const text of texts) expect(text).not.toContain(KEY.slice(2));
    expect(a.xfrm.state.list()[0]?.enc?.key).toBe(KEY);
    expect(refusal(() => a.xfrm.state.add({ src: A, dst: B, proto: 'esp', spi: 1, enc, auth }))).toBe(
      `ip -n a xfrm state add src ${A} dst ${B} proto esp spi 0x1 mode transport auth hmac(sha256) KEY enc cbc(aes) KEY: ` +
        'EEXIST (file already exists)\n  usual cause: there is a state of this dst, proto and spi already',
    );
    const { output } = await rebuild(
      `${script}ip netns exec a ping -c 1 -W 5 ${B}\nip netns exec b ip -s xfrm state\n`,
    );
    expect(output).toContain('1 received');
    expect(output).toMatch(/[1-9]\d*\(bytes\), [1-9]\d*\(packets\)/);
  });

  test('a state that waits for a program has no words', async ({ lab }) => {
    const { a } = build(lab);
    await a.exec('ip', ['xfrm', 'state', 'allocspi', 'src', A, 'dst', B, 'proto', 'esp', 'min', '256', 'max', '256']);
    expect(labScript(readLab(lab))).toContain(
      `# Left out: the state of IPsec src ${A} dst ${B} proto esp spi 0x100 of a: a program has yet to give it algorithms\n`,
    );
  });

  test('what the kernel refuses is said with its usual cause', ({ lab }) => {
    const { a } = build(lab);
    const state = { dst: B, proto: 'esp', spi: 1 } as const;
    expect(refusal(() => a.xfrm.state.add({ ...state, enc: { name: 'cbc(none)', key: KEY } }))).toMatch(
      /ENOSYS .*\n {2}usual cause: the kernel lacks one of the algorithms/,
    );
    expect(refusal(() => a.xfrm.state.add({ ...state, enc: { ...enc, key: '0x01' } }))).toMatch(
      /EINVAL .*\n {2}usual cause: a key has a length that its algorithm does not take/,
    );
    expect(refusal(() => a.xfrm.state.delete(state))).toMatch(
      /^ip -n a xfrm state del src 0\.0\.0\.0 dst 10\.0\.0\.2 proto esp spi 0x1: ESRCH .*\n {2}usual cause: there is no such state/,
    );
  });
});

// a
describe.each([
  [
    'CONFIG_INET_AH',
    { proto: 'ah', auth: { ...auth, truncLen: 128 } },
    `auth-trunc hmac(sha256) ${KEY} (128 bits) 128`,
  ],
  ['CONFIG_INET_IPCOMP', { proto: 'comp', comp: { name: 'deflate' } }, 'comp deflate'],
  [
    'CONFIG_CRYPTO_GCM',
    { proto: 'esp', aead: { name: 'rfc4106(gcm(aes))', key: `${KEY}01020304`, icvLen: 96 } },
    `aead rfc4106(gcm(aes)) ${KEY}01020304 (160 bits) 96`,
  ],
] as const)('needs %s', async (_, options, words) => {
  const state = { dst: B, spi: 7, mode: 'tunnel', ...options } as const;
  const [, keyword = '', ...rest] = /^(\S+) (.*)$/.exec(words.replace(/ \(\d+ bits\)/, '')) ?? [];
  const can = await hasState('proto', options.proto, 'spi', '7', keyword, ...rest.join(' ').split(' '));
  test.skipIf(!can)('a state of it is added, listed, rebuilt and deleted', async ({ lab }) => {
    const a = lab.namespace('a');
    a.xfrm.state.add(state);
    const shown = await states(a);
    expect(shown).toContain(words);
    expect(a.xfrm.state.list()).toContainEqual(expect.objectContaining(state));
    const script = labScript(readLab(lab));
    expect(script).not.toContain('# Left out');
    const { output } = await rebuild(`${script}ip netns exec a ip ${LIST.join(' ')}\n`);
    expect(withoutKeys(output)).toContain(withoutKeys(shown));
    a.xfrm.state.delete({ dst: B, proto: options.proto, spi: 7 });
    expect(await states(a)).toBe('');
  });
});

/** ESP in mode transport, both ways. */
function protect(a: Namespace, b: Namespace): void {
  for (const [spi, src, dst] of [
    [1, A, B],
    [2, B, A],
  ] as const) {
    for (const namespace of [a, b]) {
      namespace.xfrm.state.add({ src, dst, proto: 'esp', spi, reqid: 1, auth, enc });
      const dir = (src === A) === (namespace === a) ? 'out' : 'in';
      namespace.xfrm.policy.add({ src, dst, dir, tmpl: { proto: 'esp', reqid: 1 } });
    }
  }
}

/** Nor the times of their making, and their checks. */
function withoutKeys(text: string): string {
  return text.replaceAll(/0x[\da-f]{20,}/g, 'KEY').replaceAll(/(add|use) \d{4}-\S+ \S+/g, '$1');
}

// a
test.for([
  [{ proto: 'esp', spi: 1, enc }, 'dst must be given: an IP address such as 10.0.0.1 or fd00::1'],
  [{ dst: B, spi: 1, enc }, 'proto must be given: one of esp, ah, comp'],
  [{ dst: B, proto: 'esp', enc }, 'spi must be given: a whole number from 0 to 4294967295'],
  [{ dst: B, proto: 'esp', spi: 1 }, 'proto esp needs aead or enc'],
  [{ dst: B, proto: 'ah', spi: 1, enc }, 'proto ah takes auth, and no enc'],
  [{ dst: B, proto: 'ah', spi: 1 }, 'proto ah needs auth'],
  [{ dst: B, proto: 'comp', spi: 1 }, 'proto comp needs comp'],
  [
    { dst: B, proto: 'comp', spi: 70_000, comp: { name: 'deflate' } },
    'spi of comp must be from 0 to 65535: received 70000',
  ],
  [
    { dst: B, proto: 'esp', spi: 1, enc, aead: { name: 'gcm', key: '', icvLen: 64 } },
    'aead encrypts and signs: leave out auth and enc',
  ],
  [
    { dst: B, proto: 'esp', spi: 1, aead: { name: 'gcm', key: '' } },
    'aead.icvLen must be given, in bits: 64, 96 or 128',
  ],
  [{ dst: B, proto: 'esp', spi: 1, enc: { name: 'cbc(aes)' } }, 'enc.key must be given: hexadecimal digits such as'],
  [
    { dst: B, proto: 'esp', spi: 1, enc: { ...enc, key: '0x123' } },
    "key must be hexadecimal digits such as '0x0123', two a byte, or '' for no key: received '0x123'",
  ],
  [{ dst: B, proto: 'esp', spi: 1, enc: [enc] }, 'a value of enc must be said as an object such as { name: … }'],
  [{ dst: B, src: 'fd00::1', proto: 'esp', spi: 1, enc }, 'src, dst must be of one version of IP'],
  [{ dst: B, proto: 'esp', spi: 1, enc, flag: ['esn'] }, 'the flag esn needs replayWindow, from 1 to 4096'],
  [{ dst: B, proto: 'esp', spi: 1, enc, flag: ['ens'] }, 'flag must be a list, each one of noecn,'],
  [{ dst: B, proto: 'esp', spi: 1, enc, tfcpad: 9 }, "tfcpad belongs to mode: 'tunnel': received mode 'transport'"],
  [
    { dst: B, proto: 'esp', spi: 1, enc, sel: { dport: 7 } },
    'sel: dport belongs to a proto with ports such as tcp or udp',
  ],
  [{ dst: B, proto: 'esp', spi: 1, enc, encap: { type: 'espinudp' } }, 'encap must have type, sport and dport'],
  [{ dst: B, proto: 'esp', spi: 1, enc, key: KEY }, "there is no option 'key'"],
] as [never, string][])('state.add(%o) is refused: %s', ([options, message], { lab }) => {
  const a = lab.namespace('a');
  const add = () => a.xfrm.state.add(options);
  expect(add).toThrow(UsageError);
  expect(add).toThrow(`a.xfrm.state.add: ${message}`);
});

// a
test('an interface of another namespace is none of a selector', ({ lab }) => {
  const { a, b } = build(lab);
  const sel = { dev: b.interface('eth0') };
  expect(() => a.xfrm.state.add({ dst: B, proto: 'esp', spi: 1, enc, sel })).toThrow('b/eth0');
});

// a
test('a kernel without ESP is named', async ({ lab, skip }) => {
  skip(await hasEsp(), 'this kernel has ESP');
  expect(refusal(() => lab.namespace('a').xfrm.state.add({ dst: B, proto: 'esp', spi: 1, enc }))).toMatch(
    /EPROTONOSUPPORT .*\n {2}usual cause: the kernel lacks esp: it needs CONFIG_INET_ESP, or CONFIG_INET6_ESP/,
  );
});
