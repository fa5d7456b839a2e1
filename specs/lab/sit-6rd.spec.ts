import { createLab, expect, test, UsageError } from 'hairpin';
import { sit } from '../../lib/links/ipip.ts';
import { Writer } from '../../lib/netlink/codec/writer.ts';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { describeNeeding, needs } from '../needs.ts';
import { rebuild } from '../report/rebuild.ts';
import { ipLink, refusal } from './referee.ts';

// lab.sh runs it.
needs('sysctl');

describeNeeding([['sit', { prefix6rd: '2001:db8::/32' }]], () => {
  // a ─ sit0 ┄ eth0, 10.1.2.1 ── eth0, 10.1.2.2 ┄ sit0 ─ b: an address of 2001:db8::/32 has the last 16 bits of its site's IPv4 address
  test('a 6rd tunnel finds the other site by its IPv6 address', async ({ lab }) => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    lab.cable(a, b, { a: { address: '10.1.2.1/16' }, b: { address: '10.1.2.2/16' } });
    const networks = { prefix6rd: '2001:db8::/32', relayPrefix6rd: '10.1.0.0/16' };
    const left = a.link('sit', { local: '10.1.2.1', ...networks, address: '2001:db8:201::1/32' });
    const right = b.link('sit', { local: '10.1.2.2', address: '2001:db8:202::1/32' });
    await expect(a).not.toReach('2001:db8:202::1');
    right.set(networks);
    await expect(a).toReach('2001:db8:202::1');

    const shown = { prefix: '2001:db8::', prefixlen: 32, relay_prefix: '10.1.0.0', relay_prefixlen: 16 };
    for (const tunnel of [left, right]) {
      expect((await ipLink(tunnel.namespace, tunnel.name)).linkinfo).toMatchObject({ info_data: shown });
      expect(tunnel).toMatchObject(networks);
    }
    const { readings } = await rebuild(labScript(readLab(lab)), ['a']);
    expect(readings['a']?.links).toContainEqual(
      expect.objectContaining({
        ifname: left.name,
        linkinfo: expect.objectContaining({ info_data: expect.objectContaining(shown) }),
      }),
    );
    await using other = createLab();
    expect((await other.load({ text: lab.save() })).interface(`a/${left.name}`)).toMatchObject(networks);
  });

  // a ─ sit0
  test('the relay prefix alone leaves the prefix of 6to4', async ({ lab }) => {
    const a = lab.namespace('a');
    const tunnel = a.link('sit', { local: '10.1.2.1', address: false });
    expect(tunnel).toMatchObject({ prefix6rd: '2002::/16', relayPrefix6rd: '0.0.0.0/0' });
    tunnel.set({ relayPrefix6rd: '10.0.0.0/8' });
    expect((await ipLink(a, tunnel.name)).linkinfo).toMatchObject({
      info_data: { prefix: '2002::', prefixlen: 16, relay_prefix: '10.0.0.0', relay_prefixlen: 8 },
    });
    expect(refusal(() => tunnel.set({ prefix6rd: '2001:db8::/48' }))).toContain(
      'there may be no more than 64 bits (ipip6_tunnel_update_6rd)',
    );
  });
});

test('a network travels in two attributes, and is read in whatever order these come', () => {
  const to = new Writer();
  sit.table.write(to, { prefix6rd: '2001:db8::/32' });
  // IFLA_IPTUN_6RD_PREFIX (11), 16 bytes; IFLA_IPTUN_6RD_PREFIXLEN (13), two bytes and their padding.
  const [address, length] = ['14000b0020010db8000000000000000000000000', '06000d0020000000'];
  expect(to.bytes.toString('hex')).toBe(`${address}${length}`);
  for (const bytes of [`${address}${length}`, `${length}${address}`])
    expect(sit.table.read(Buffer.from(bytes, 'hex')).prefix6rd).toBe('2001:db8::/32');
});

// a
test.for([
  [
    { prefix6rd: '2001:db8::1/32' },
    "prefix6rd must be an IPv6 network such as 2001:db8::/32, without bits behind its length: received '2001:db8::1/32'",
  ],
  [
    { prefix6rd: '10.0.0.0/8' },
    "prefix6rd must be an IPv6 network such as 2001:db8::/32, without bits behind its length: received '10.0.0.0/8'",
  ],
  [
    { relayPrefix6rd: '10.0.0.0' },
    "relayPrefix6rd must be an IPv4 network such as 10.0.0.0/8, without bits behind its length: received '10.0.0.0'",
  ],
] as const)('what is no network of 6rd is refused: %o', ([options, message], { lab }) => {
  const a = lab.namespace('a');
  expect(() => a.link('sit', { local: '10.1.2.1', ...options })).toThrow(new UsageError(`a.link(sit): ${message}`));
});
