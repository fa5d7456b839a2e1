import { expect, test } from 'vitest';
import { type MacsecEnd, whyRefused, withoutKey } from '../../lib/model/macsec.ts';

const SCI = '0200000000640001';
const TAG = { sci: SCI, association: 0, number: 7, isChanged: true };
const SA = { number: 0, active: true, next: 1n };

function end(settings: MacsecEnd['settings'] = {}, state: object = {}): MacsecEnd {
  return { name: 'b/m', settings, state: { sending: [], channels: [], ...state } };
}

/** What b says to a frame of a. */
function said(receiver: MacsecEnd, tag: Partial<typeof TAG> = {}, sender: MacsecEnd['settings'] = {}) {
  return whyRefused({ ...end(sender), name: 'a/m' }, receiver, { ...TAG, ...tag })?.code ?? 'takes it';
}

const channel = (sa: object = {}, notValid = 0n) => ({
  channels: [{ sci: SCI, associations: [{ ...SA, ...sa }], stats: { notValid } }],
});

test('a device sends by one association, which must be there and on, or without protection (macsec_encrypt)', () => {
  expect(withoutKey(end({}, { sending: [SA] }))).toBeUndefined();
  expect(withoutKey(end({ encodingsa: 1 }, { sending: [SA] }))).toMatchObject({ facts: { association: 1 } });
  expect(withoutKey(end({}, { sending: [{ ...SA, active: false }] }))).toMatchObject({ facts: { inactive: true } });
  expect(withoutKey(end({ protect: false }))).toBeUndefined();
});

test('what nobody knows the sender of is dropped if it is encrypted, or by a strict device (macsec_handle_frame)', () => {
  expect(said(end())).toBe('macsec.no-channel');
  expect(said(end(), { isChanged: false })).toBe('macsec.no-channel');
  expect(said(end({ validate: 'check' }), { isChanged: false })).toBe('takes it');
  expect(said(end({ validate: 'check' }))).toBe('macsec.no-channel');
});

test('the association of the frame must be there, and on', () => {
  expect(said(end({}, channel()))).toBe('takes it');
  expect(said(end({}, channel()), { association: 1 })).toBe('macsec.no-association');
  expect(said(end({}, channel({ active: false })))).toBe('macsec.no-association');
});

test('old packet numbers are refused with replay alone, below the window', () => {
  const old = channel({ next: 20n });
  expect(said(end({}, old))).toBe('takes it');
  expect(said(end({ replay: true, window: 0 }, old))).toBe('macsec.replay');
  expect(said(end({ replay: true, window: 13 }, old))).toBe('takes it');
  expect(said(end({ replay: true, window: 12 }, old))).toBe('macsec.replay');
});

test('frames that did not fit the key are counted, and one that fits moves the next number on (macsec_post_decrypt)', () => {
  expect(said(end({}, channel({}, 3n)))).toBe('macsec.other-key');
  expect(said(end({}, channel({ next: 8n }, 3n)))).toBe('takes it');
  expect(said(end({ icvlen: 8 }, channel({}, 3n)), {}, { icvlen: 16 })).toBe('macsec.mismatch');
  expect(said(end({ validate: 'check' }, channel({}, 3n)), { isChanged: false })).toBe('takes it');
});
