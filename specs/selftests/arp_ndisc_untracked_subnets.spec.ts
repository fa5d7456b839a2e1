import { describe, expect, type Lab, test } from 'hairpin';

const HOST_MAC = '02:00:00:00:aa:01';

interface Announcement {
  /** The host's address, and the router's. */
  addresses: readonly [string, string];
  /** Has the host announce its address as the link comes up. */
  notify: string;
  sysctls: Record<string, number>;
  protocol: 'arp' | 'icmpv6';
  announced: string;
}

// host eth0 ── eth0 router
async function announce(lab: Lab, { addresses, notify, sysctls, protocol, announced }: Announcement) {
  const [host, router] = [lab.namespace('host'), lab.router('router')];
  const [a, b] = addresses;
  const cable = lab.cable(host, router, { a: { address: a, mac: HOST_MAC, up: false }, b: { address: b } });
  host.sysctl.set(notify, 1);
  for (const [name, value] of Object.entries(sysctls)) router.sysctl.set(name, value);

  const comesUp = async () => {
    cable.a.set({ up: true });
    await host.settled();
  };
  const trace = await lab.trace(comesUp, { protocol });
  expect(String(trace)).toContain(`${announced}\n  host/eth0 → router/eth0`);
  return router;
}

function gratuitousArp(lab: Lab, accept: number, address: string) {
  return announce(lab, {
    addresses: [`${address}/24`, '10.0.10.1/24'],
    notify: 'net.ipv4.conf.eth0.arp_notify',
    sysctls: { 'net.ipv4.conf.eth0.arp_accept': accept },
    protocol: 'arp',
    announced: `ARP announcement ${address} is-at ${HOST_MAC}`,
  });
}

function unsolicitedAdvertisement(lab: Lab, accept: number, address: string) {
  return announce(lab, {
    addresses: [`${address}/64`, '2001:db8:abcd:12::1/64'],
    notify: 'net.ipv6.conf.eth0.ndisc_notify',
    sysctls: { 'net.ipv6.conf.eth0.accept_untracked_na': accept, 'net.ipv6.conf.eth0.drop_unsolicited_na': 0 },
    protocol: 'icmpv6',
    announced: `ICMPv6 neighbour advertisement, ${address} is at ${HOST_MAC}`,
  });
}

const ON_SUBNET = ['10.0.10.3', '2001:db8:abcd:12::3'] as const;
const OFF_SUBNET = ['10.0.11.3', '2001:db8:abcd:13::4'] as const;

describe('a router learns the neighbours that announce themselves', () => {
  test.for([
    ['test_arp: accept_arp=1', 1, OFF_SUBNET[0]],
    ['test_arp: accept_arp=2 same_subnet=1', 2, ON_SUBNET[0]],
  ] as const)('%s', async ([, accept, to], { lab }) => {
    await expect(await gratuitousArp(lab, accept, to)).toHaveNeighbour({ to, state: 'STALE' });
  });

  test.for([
    ['test_ndisc: accept_untracked_na=1', 1, OFF_SUBNET[1]],
    ['test_ndisc: accept_untracked_na=2 same_subnet=1', 2, ON_SUBNET[1]],
  ] as const)('%s', async ([, accept, to], { lab }) => {
    await expect(await unsolicitedAdvertisement(lab, accept, to)).toHaveNeighbour({ to, state: 'STALE' });
  });
});

describe('it does not learn them if it is not to, or not from other subnets', () => {
  test.for([
    ['test_arp: accept_arp=0', 0, ON_SUBNET[0]],
    ['test_arp: accept_arp=2 same_subnet=0', 2, OFF_SUBNET[0]],
  ] as const)('%s', async ([, accept, to], { lab }) => {
    await expect(await gratuitousArp(lab, accept, to)).not.toHaveNeighbour({ to });
  });

  test.for([
    ['test_ndisc: accept_untracked_na=0', 0, ON_SUBNET[1]],
    ['test_ndisc: accept_untracked_na=2 same_subnet=0', 2, OFF_SUBNET[1]],
  ] as const)('%s', async ([, accept, to], { lab }) => {
    await expect(await unsolicitedAdvertisement(lab, accept, to)).not.toHaveNeighbour({ to });
  });
});
