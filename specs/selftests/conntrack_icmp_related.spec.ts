import { expect, type Lab, test } from 'hairpin';
import { filter, load } from './nft.ts';

const ICMP = 'meta l4proto { icmp, icmpv6 }';

// client1 ── router1, which masquerades ── router2 ── client2, mtu 1280
async function build(lab: Lab) {
  const [client1, client2] = [lab.namespace('client1'), lab.namespace('client2')];
  const [router1, router2] = [lab.router('router1'), lab.router('router2')];
  lab.cable(client1, router1, {
    a: { address: ['192.168.1.2/24', 'dead:1::2/64'] },
    b: { address: ['192.168.1.1/24', 'dead:1::1/64'] },
  });
  lab.cable(router1, router2, {
    a: { address: ['192.168.3.1/24', 'dead:3::1/64'] },
    b: { address: ['192.168.3.10/24', 'dead:3::10/64'] },
  });
  lab.cable(client2, router2, {
    mtu: 1280,
    a: { address: ['192.168.2.2/24', 'dead:2::2/64'] },
    b: { address: ['192.168.2.1/24', 'dead:2::1/64'] },
  });
  for (const [to, via] of [
    ['192.168.2.0/24', '192.168.3.10'],
    ['dead:2::/64', 'dead:3::10'],
  ] as const)
    router1.route.add({ to, via });

  const masquerade = ['chain postrouting {', 'type nat hook postrouting priority 0', 'oifname "eth1" masquerade', '}'];
  await load(router1, 'table inet nat {', ...masquerade, '}');
  const rest = `${ICMP} ct state new,established,untracked accept`;
  const errors = ['icmpv6 type packet-too-big', 'icmp type destination-unreachable'];
  const related = errors.map((type) => `${type} ct state related counter name related accept`);
  for (const router of [router1, router2])
    await filter(router, 'forward', [...related, rest, 'counter name unknown drop'], ['related', 'unknown']);
  const redirects = ['icmp type redirect', 'icmpv6 type nd-redirect'];
  const redirected = redirects.map((type, at) => `${type} ct state related counter name redirect${at} accept`);
  await filter(
    client1,
    'input',
    [...related, ...redirected, rest, 'counter name unknown drop'],
    ['related', 'redirect0', 'redirect1', 'unknown'],
  );
  return { client1, client2, router1, router2 };
}

test('icmp mtu error had RELATED state', async ({ lab }) => {
  const { client1, client2, router1, router2 } = await build(lab);
  for (const family of [4, 6] as const) await expect(client1).toReach(client2, { family, size: 1000 });
  for (const each of [client1, router1]) await expect(each).toHaveCounted({ counter: 'related', packets: 0 });

  for (const [count, to] of [
    [1, '192.168.2.2'],
    [2, 'dead:2::2'],
  ] as const) {
    const { exitCode } = await client1.exec('ping', ['-c1', '-s1300', '-Mdo', to], { reject: false });
    expect(exitCode).not.toBe(0);
    // router1 has turned the error back to who had sent the ping.
    for (const each of [client1, router1]) await expect(each).toHaveCounted({ counter: 'related', packets: count });
  }
  // router2 has sent the errors itself.
  await expect(router2).toHaveCounted({ counter: 'related', packets: 0 });
  for (const each of [client1, router1, router2]) await expect(each).toHaveCounted({ counter: 'unknown', packets: 0 });
});

test('icmp redirects had RELATED state', async ({ lab }) => {
  const { client1 } = await build(lab);
  // The first of IPv4 is lost: its router is not done with translating that ping (nf_nat_icmp_reply_translation).
  for (const [at, to, via, pings] of [
    [0, '192.168.1.42', '192.168.1.1', 2],
    [1, 'dead:1::42', 'dead:1::1', 1],
  ] as const) {
    client1.route.add({ to, via });
    await client1.exec('ping', [`-c${pings}`, '-i0.2', '-W0.2', to], { reject: false });
    await expect(client1).toHaveCounted({ counter: `redirect${at}`, packets: 1 });
  }
});
