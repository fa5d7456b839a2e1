import { randomBytes } from 'node:crypto';
import { describe, expect, type Lab, test, UsageError } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink } from './referee.ts';

const newKey = () => randomBytes(32).toString('base64');

/** a ─ wireguard0 (10.7.0.1) ┄ a/eth0 ── eth0/b ┄ wireguard0 (10.7.0.2) ─ b */
function build(lab: Lab, [ofA, ofB] = ['10.7.0.1/24', '10.7.0.2/24']) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  const { a: outer } = lab.cable(a, b, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
  const [left, right] = [
    a.link('wireguard', { privateKey: newKey(), listenPort: 51820, address: ofA as string }),
    b.link('wireguard', { privateKey: newKey(), listenPort: 51820, address: ofB as string }),
  ];
  /** Only a knows where to find the other, so only a can ask for a session. */
  const aKnowsB = (allowedIps = ['10.7.0.2/32']) =>
    left.set({ peers: [{ publicKey: right.publicKey as string, endpoint: '192.0.2.2:51820', allowedIps }] });
  const bKnowsA = (allowedIps = ['10.7.0.1/32']) =>
    right.set({ peers: [{ publicKey: left.publicKey as string, allowedIps }] });
  return { a, b, outer, left, right, aKnowsB, bKnowsA };
}

describeNeeding(['wireguard'], () => {
  test('two ends that know each other’s keys reach each other', async ({ lab }) => {
    const { a, b, outer, left, right, aKnowsB, bKnowsA } = build(lab);
    expect((await ipLink(a, 'wireguard0')).linkinfo).toMatchObject({ info_kind: 'wireguard' });
    await expect(a).not.toReach(right, { because: 'unsent' });
    aKnowsB();
    bKnowsA();
    await expect(a).toReach(right);
    await expect(b).toReach(left);
    outer.set({ up: false });
    await expect(a).not.toReach(right);
  });

  // A device asks for a session again only after REKEY_TIMEOUT, 5 s. Until then it keeps all packets.
  describe('mended after a lost handshake', () => {
    const networks = ['10.7.0.0/24', 'fd07::/64'];
    async function buildMended(lab: Lab, addresses?: [string, string]) {
      const { a, right, aKnowsB, bKnowsA } = build(lab, addresses);
      aKnowsB(networks);
      await expect(a).not.toReach(right);
      bKnowsA(networks);
      return { a, right };
    }

    test.for([{}, { hold: 100 }])('.not.toReach(b, %o) waits for the next one', async (options, { lab }) => {
      const { a, right } = await buildMended(lab);
      await expect(expect(a).not.toReach(right, options)).rejects.toThrow(/Received: {2}an answer after/);
    });

    test('.toReach(b) waits for the next one', async ({ lab }) => {
      const { a, right } = await buildMended(lab);
      await expect(a).toReach(right);
    });

    test('so does .toStayReachable(b)', async ({ lab }) => {
      const { a, right } = await buildMended(lab);
      await expect(a).toStayReachable(right, { while: () => {}, gap: 60_000 });
    });

    // a ─ vx ┄ wireguard0 ┄ eth0 ── eth0 ┄ wireguard0 ┄ vx ─ b
    test('so does .not.toHear, of a frame inside', async ({ lab }) => {
      const { a, b, aKnowsB, bKnowsA } = build(lab);
      const allowedIps = ['10.7.0.0/24'];
      const [near, far] = [
        a.link('vxlan', { id: 5, remote: '10.7.0.2', dstport: 4789 }),
        b.link('vxlan', { id: 5, remote: '10.7.0.1', dstport: 4789 }),
      ];
      aKnowsB(allowedIps);
      await expect(far).not.toHear(near, { because: 'lost' });
      bKnowsA(allowedIps);
      await expect(expect(far).not.toHear(near)).rejects.toThrow(/^Received: +1 copy/m);
    });

    test('and so does a matrix', async ({ lab }) => {
      await buildMended(lab, ['fd07::1/64', 'fd07::2/64']);
      const matrix = expect(lab).toMatchReachability('  a b\na . ✗\nb . .', { family: 6 });
      await expect(matrix).rejects.toThrow(/^ +a {2}\. {2}✓/m);
    });
  });

  // It forgets its session when it goes down. The other end sends in that session on, and asks for a new one after 15 s.
  describe('one end has lost the session', () => {
    async function buildLost(lab: Lab) {
      const { a, b, right, aKnowsB, bKnowsA } = build(lab);
      aKnowsB();
      bKnowsA();
      await expect(a).toReach(right);
      right.set({ up: false });
      right.set({ up: true });
      return { a, b, right };
    }

    test('.not.toReach(b) waits for the next one', { timeout: 60_000 }, async ({ lab }) => {
      const { a, right } = await buildLost(lab);
      await expect(expect(a).not.toReach(right)).rejects.toThrow(/Received: {2}an answer after/);
    });

    test('.toReach(b) waits for the next one', { timeout: 60_000 }, async ({ lab }) => {
      const { a, right } = await buildLost(lab);
      await expect(a).toReach(right);
    });
  });

  test('a device that went down and lost a handshake then asks again', async ({ lab }) => {
    const { a, outer, left, right, aKnowsB, bKnowsA } = build(lab);
    aKnowsB();
    bKnowsA();
    await expect(a).toReach(right);
    left.set({ up: false });
    left.set({ up: true });
    right.set({ peers: [] });
    await expect(a).not.toReach(right);
    bKnowsA();
    await expect(expect(a).not.toReach(right)).rejects.toThrow(/Received: {2}an answer after/);
    outer.set({ up: false });
    await expect(a).not.toReach(right);
  });

  test('a handshake that a link may have lost by chance proves nothing', async ({ lab }) => {
    const { a, outer, right, aKnowsB } = build(lab);
    aKnowsB();
    outer.impair({ loss: 1 });
    await expect(expect(a).not.toReach(right)).rejects.toThrow(
      'netem of a/eth0 may have lost the only handshake of a/wireguard0 by chance',
    );
  });

  test('its settings are read back', ({ lab }) => {
    const { right, left } = build(lab);
    const [privateKey, presharedKey] = [newKey(), newKey()];
    const peer = {
      ...{ publicKey: right.publicKey as string, presharedKey, endpoint: '[fd00::2]:51821', persistentKeepalive: 25 },
      allowedIps: ['10.8.0.0/16', 'fd08::/64'],
    };
    left.set({ privateKey, listenPort: 4000, fwmark: 7, peers: [peer] });
    expect(left).toMatchObject({ listenPort: 4000, fwmark: 7, peers: [peer] });
    // curve25519_clamp_secret
    expect(Buffer.from(left.privateKey as string, 'base64').subarray(1, 31)).toEqual(
      Buffer.from(privateKey, 'base64').subarray(1, 31),
    );
    expect(left.settings).toMatchObject({ peers: [peer] });
    const other = { publicKey: newKey(), allowedIps: ['10.9.0.0/16'] };
    left.set({ peers: [{ publicKey: peer.publicKey, allowedIps: ['10.8.0.0/16'] }, other] });
    // A peer that stays has its endpoint still, as with `wg syncconf`.
    expect(left.peers?.map((each) => Object.keys(each))).toEqual([
      ['publicKey', 'endpoint', 'allowedIps'],
      ['publicKey', 'allowedIps'],
    ]);
    left.set({ peers: [other] });
    expect(left.peers).toEqual([other]);
    left.set({ peers: [] });
    expect(left.peers).toEqual([]);
  });

  // The sender goes on with the keys of its session, for KEEPALIVE_TIMEOUT and REKEY_TIMEOUT: 15 s.
  test('a packet from outside allowedIps is dropped, and a peer keeps its session when they change', async ({
    lab,
  }) => {
    const { a, right, aKnowsB, bKnowsA } = build(lab);
    aKnowsB(['10.7.0.0/24']);
    bKnowsA(['10.7.0.9/32']);
    await expect(a).not.toReach(right);
    bKnowsA();
    await expect(a).toReach(right);
  });

  test.for<[options: object, message: string]>([
    [{ privateKey: 'x' }, "privateKey must be 32 bytes in base64, as `wg genkey` prints them: received 'x'"],
    [{ listenPort: 65536 }, 'listenPort must be a whole number from 0 to 65535: received 65536'],
    [{ peers: [{}] }, 'peers[0]: publicKey must be given: 32 bytes in base64, as `wg genkey` prints them'],
    [
      { peers: ['B', 'B'].map((key) => ({ publicKey: key.repeat(43).concat('='), allowedIps: [] })) },
      `peers[1]: publicKey must differ from those of the other peers: received '${'B'.repeat(43)}='`,
    ],
    [
      { peers: [{ publicKey: 'A'.repeat(43).concat('='), endpoint: 'b', allowedIps: [] }] },
      "peers[0]: endpoint must be an address with a port, such as 192.0.2.2:51820 or [fd00::2]:51820: received 'b'",
    ],
    [
      { peers: [{ publicKey: 'A'.repeat(43).concat('='), allowedIps: ['x'] }] },
      "peers[0]: allowedIps must be networks such as '10.7.0.0/24': received 'x'",
    ],
  ])('link(wireguard, %o): %s', ([options, message], { lab }) => {
    expect(() => lab.namespace('a').link('wireguard', options as object)).toThrow(
      new UsageError(`a.link(wireguard): ${message}`),
    );
  });
});
