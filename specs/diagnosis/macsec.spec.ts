import { expect, type Lab, type MacsecAssociation, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { explanationOf } from '../trace/explanation-of.ts';
import { diagnosed } from './diagnosed.ts';

const KEY = '0123456789abcdef0123456789abcdef';
const SHORT = { within: 100, family: 4 } as const;
const INNER = '10.7.0.2';
const NAMES = { device: 'b/macsec0', sender: 'a/macsec0' };

interface Ends {
  /** The settings of each end. */
  left?: object;
  right?: object;
  /** The association by which a sends, and those by which b receives; none with `false`. */
  sending?: MacsecAssociation | false;
  receiving?: MacsecAssociation | false;
  channel?: false;
}

const USUAL: MacsecAssociation = { sa: 0, keyId: '01', key: KEY };

/** a ─ macsec0 ┄ eth0 ── eth0 ┄ macsec0 ─ b */
function build(lab: Lab, { left, right, sending = USUAL, receiving = USUAL, channel }: Ends = {}) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: one, b: other } = lab.cable(a, b, { a: { address: false }, b: { address: false } });
  const listed = (association: MacsecAssociation | false) => (association ? [association] : []);
  a.link('macsec', {
    ...{ parent: one, port: 1, encrypt: true, address: '10.7.0.1/24' },
    ...{ tx: listed(sending), rx: [{ address: other.mac, sas: [USUAL] }], ...left },
  });
  const end = b.link('macsec', {
    ...{ parent: other, port: 1, encrypt: true, address: `${INNER}/24` },
    ...{ tx: [USUAL], rx: channel === false ? [] : [{ address: one.mac, sas: listed(receiving) }], ...right },
  });
  return { a, b, one, other, end };
}

describeNeeding(['macsec'], () => {
  test('what comes out of a MACsec is the same frame', async ({ lab }) => {
    const { a, b } = build(lab);
    await expect(a).toReach(INNER);
    b.sysctl.set('net.ipv4.icmp_echo_ignore_all', 1);
    expect(await diagnosed(expect(a).toReach(INNER, { within: 50 }))).toMatchObject({
      code: 'host.echo-ignored',
      lastSeen: 'b/macsec0',
    });
  });

  test.for<[what: string, ends: Ends, code: string, facts: object]>([
    ['sends by no key', { sending: false }, 'macsec.no-key', { device: 'a/macsec0', association: 0 }],
    ['sends by a key that is off', { sending: { ...USUAL, on: false } }, 'macsec.no-key', { inactive: true }],
    ['sends by another key', { left: { encodingsa: 1 } }, 'macsec.no-key', { association: 1 }],
    ['has no channel at the other end', { channel: false }, 'macsec.no-channel', NAMES],
    ['sends by another port', { left: { port: 2 } }, 'macsec.no-channel', { sci: expect.stringMatching(/0002$/) }],
    ['has no key at the other end', { receiving: false }, 'macsec.no-association', { ...NAMES, association: 0 }],
    ['has a key that is off', { receiving: { ...USUAL, on: false } }, 'macsec.no-association', { inactive: true }],
    ['has another key', { receiving: { ...USUAL, key: KEY.replace('01', '11') } }, 'macsec.other-key', NAMES],
    [
      'has another icvlen',
      { right: { icvlen: 8 } },
      'macsec.mismatch',
      { ...NAMES, option: 'icvlen', has: 8, needs: 16 },
    ],
    [
      'sends old numbers',
      { right: { replay: true, window: 0 }, receiving: { ...USUAL, pn: 1000 } },
      'macsec.replay',
      { lowest: 1000 },
    ],
  ])('a MACsec that %s', async ([, ends, code, facts], { lab }) => {
    const { a } = build(lab, ends);
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code,
      facts,
      of: 'probe',
      lastSeen: 'a/macsec0',
    });
  });

  test('the message names both ends, and the hint is a command that mends it', async ({ lab }) => {
    const { a, b, one, end } = build(lab, { channel: false });
    const explanation = await explanationOf(expect(a).toReach(INNER, SHORT));
    expect(explanation).toContain(
      `a/macsec0 ✗ b/macsec0 has no receive channel for ${one.mac} port 1, by which a/macsec0 sends`,
    );
    const [, command = ''] = /Hint: on b: ip (.*)/.exec(explanation) ?? [];
    await b.exec('ip', command.split(' '));
    end.set({ rx: [{ address: one.mac, sas: [USUAL] }] });
    await expect(a).toReach(INNER);
  });

  test('a device that is down, below a MACsec or itself, is the cause', async ({ lab }) => {
    const { a, b, other } = build(lab);
    await expect(a).toReach(INNER);
    other.set({ up: false });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({ code: 'link.no-carrier' });
    other.set({ up: true });
    b.interface('macsec0').set({ up: false });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code: 'link.down',
      facts: { device: 'b/macsec0' },
    });
  });

  // a ─ macsec0 ┄ eth0 ── eth0 ─ b
  test('a host without MACsec', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const { a: parent } = lab.cable(a, b, { a: { address: false }, b: { address: `${INNER}/24` } });
    a.link('macsec', { parent, port: 1, encrypt: true, address: '10.7.0.1/24', tx: [USUAL] });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code: 'macsec.no-device',
      facts: { device: 'b/eth0', sender: 'a/macsec0' },
    });
  });

  test('an answer without a tag, and a device that is strict', async ({ lab }) => {
    const { a } = build(lab, { left: { protect: false }, right: { protect: false, validate: 'check' } });
    expect(await diagnosed(expect(a).toReach(INNER, SHORT))).toMatchObject({
      code: 'macsec.untagged',
      facts: { device: 'a/macsec0' },
      of: 'answer',
      lastSeen: 'a/eth0',
    });
  });
});
