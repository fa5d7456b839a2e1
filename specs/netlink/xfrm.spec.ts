import { expect, test } from 'hairpin';
import { Writer } from '../../lib/netlink/codec/writer.ts';
import { NUMBERS } from '../../lib/netlink/names.ts';
import { keyWords, substituteFor } from '../../lib/netlink/xfrm/xfrm-keys.ts';
import { ipXfrmState, type XfrmState } from '../../lib/netlink/xfrm/xfrm-state.ts';

const KEY = '0x000102030405060708090a0b0c0d0e0f';
const nothing = {
  ...{ src: undefined, reqid: undefined, mark: undefined, ifId: undefined, outputMark: undefined, tfcpad: undefined },
  ...{ auth: undefined, enc: undefined, aead: undefined, comp: undefined, encap: undefined, sel: undefined },
  ...{ replayWindow: 0, flag: [], extraFlag: [], unknown: [], limit: {} as XfrmState['limit'] },
};
const limit = { byteHard: 7, packetSoft: 8, timeUseHard: 9 } as XfrmState['limit'];
const sel = { family: 4, src: undefined, dst: { address: '10.1.0.7', length: 16, family: 4 }, proto: 17 } as const;

// Without a network: this kernel may have no ESP.
test.for<[string, XfrmState]>([
  [
    'ESP with all that it takes',
    {
      ...{ ...nothing, family: 6, src: 'fd00::1', dst: 'fd00::2', proto: 'esp', spi: 0xfffffffe, mode: 'tunnel' },
      ...{ reqid: 7, mark: { fwmark: 1, fwmask: 255 }, ifId: 9, outputMark: { fwmark: 2, fwmask: 3 }, tfcpad: 100 },
      auth: { name: 'hmac(sha256)', key: KEY, length: 96 },
      enc: { name: 'cbc(aes)', key: KEY, length: undefined },
      encap: { type: 'espinudp', sport: 4500, dport: 4501, addr: 'fd00::9' },
      ...{ replayWindow: 100, flag: ['noecn', 'esn'], extraFlag: ['oseq-may-wrap'], limit },
      sel: { ...sel, sport: undefined, dport: 53, device: 3 },
    },
  ],
  [
    'AH',
    {
      ...{ ...nothing, family: 4, dst: '10.0.0.2', proto: 'ah', spi: 1, mode: 'transport', replayWindow: 32 },
      auth: { name: 'hmac(md5)', key: '0x00', length: 0 },
    },
  ],
  [
    'an AEAD without a key',
    {
      ...{ ...nothing, family: 4, dst: '10.0.0.2', proto: 'esp', spi: 1, mode: 'beet' },
      aead: { name: 'gcm(aes)', key: '', length: 128 },
    },
  ],
])('a state is read as it was written: %s', ([, state]) => {
  const writer = new Writer();
  ipXfrmState.add(state).write(writer);
  expect(ipXfrmState.all().read(Buffer.from(writer.bytes))).toEqual(state);
});

test('what hairpin does not know of a state is named', () => {
  const state: XfrmState = { ...nothing, family: 4, dst: '10.0.0.2', proto: 'esp', spi: 1, mode: 'tunnel' };
  const writer = new Writer();
  ipXfrmState.add(state).write(writer);
  const bytes = Buffer.from(writer.bytes);
  // sel.sport_mask, id.proto, lft.hard_byte_limit, mode and flags of struct xfrm_usersa_info
  bytes.writeUInt16BE(0xff00, 38);
  bytes.writeUInt8(43, 76);
  bytes.writeBigUInt64LE(2n ** 60n, 104);
  bytes.writeUInt8(5, 214);
  // XFRMA_COADDR
  const attribute = Buffer.from([8, 0, 14, 0, 0, 0, 0, 0]);
  const { unknown } = ipXfrmState.all().read(Buffer.concat([bytes.subarray(0, 224), attribute]));
  expect(unknown).toEqual([
    ...['mode 5', 'protocol 43', 'a mask of ports', 'limit byte-hard 1152921504606846976', 'attributes 14'],
  ]);
});

test('a key that is written down is another one, and the same wherever it stands', () => {
  const [one, other] = [substituteFor(KEY), substituteFor(KEY.replace('01', '11'))];
  expect(one).toMatch(/^0x[\da-f]{32}$/);
  expect(new Set([one, other, KEY]).size).toBe(3);
  expect(substituteFor(KEY)).toBe(one);
  expect(substituteFor(one)).toBe(one);
  expect(substituteFor(`0x${'ab'.repeat(100)}`)).toHaveLength(202);
  expect(substituteFor('')).toBe('');
});

test('words have no key of a spec', () => {
  expect([KEY, substituteFor(KEY), ''].map(keyWords)).toEqual(['KEY', substituteFor(KEY), "''"]);
  const enc = { name: 'cbc(aes)', key: KEY, length: undefined };
  const state: XfrmState = { ...nothing, family: 4, dst: '10.0.0.2', proto: 'esp', spi: 1, mode: 'tunnel', enc };
  expect(ipXfrmState.add(state).words(NUMBERS)).toBe(
    'ip xfrm state add src 0.0.0.0 dst 10.0.0.2 proto esp spi 0x1 mode tunnel enc cbc(aes) KEY',
  );
});
