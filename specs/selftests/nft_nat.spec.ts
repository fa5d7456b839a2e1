import { createServer } from 'node:net';
import { describe, expect, type Lab, type Namespace, test } from 'hairpin';
import { onTestFinished } from 'vitest';
import { filter, load } from './nft.ts';

const [NS1, NS2] = [
  { 4: '10.0.1.99', 6: 'dead:1::99' },
  { 4: '10.0.2.99', 6: 'dead:2::99' },
] as const;
const IP = { 4: 'ip', 6: 'ip6' } as const;
const ICMP = { 4: 'icmp', 6: 'icmpv6' } as const;

// ns1 ── eth0 (ns0) eth1 ── ns2
function build(lab: Lab) {
  const [ns0, ns1, ns2] = [lab.router('ns0'), lab.namespace('ns1'), lab.namespace('ns2')];
  lab.cable(ns0, ns1, {
    a: { address: ['10.0.1.1/24', 'dead:1::1/64'] },
    b: { address: ['10.0.1.99/24', 'dead:1::99/64'] },
  });
  lab.cable(ns0, ns2, {
    a: { address: ['10.0.2.1/24', 'dead:2::1/64'] },
    b: { address: ['10.0.2.99/24', 'dead:2::99/64'] },
  });
  return { ns0, ns1, ns2 };
}

async function nat(namespace: Namespace, family: string, hook: string, rule: string): Promise<void> {
  await load(namespace, `table ${family} nat {`, `chain ${hook} {`, `type nat hook ${hook} priority 0`, rule, '}', '}');
}

/** Only a ping that comes by another address than ns2's is answered. */
async function refuseNs2(ns1: Namespace): Promise<void> {
  const rules = [`ip saddr ${NS2[4]} drop`, `ip6 saddr ${NS2[6]} drop`];
  await filter(ns1, 'input', rules);
}

test('netns routing/connectivity: ns0 can reach ns1 and ns2', async ({ lab }) => {
  const { ns0, ns1, ns2 } = build(lab);
  for (const host of [ns1, ns2]) for (const family of [4, 6] as const) await expect(ns0).toReach(host, { family });
});

describe('dnat of what the router sends itself', () => {
  test.for([
    ['ping to ns1 was ip NATted to ns2', 'ip', 4],
    ['ipv6 ping to ns1 was ip6 NATted to ns2', 'ip6', 6],
    ['ping to ns1 was inet NATted to ns2', 'inet', 4],
    ['ipv6 ping to ns1 was inet NATted to ns2', 'inet', 6],
  ] as const)('%s', async ([, table, version], { lab }) => {
    const { ns0, ns1, ns2 } = build(lab);
    await nat(ns0, table, 'output', dnat(table, version));
    await expect(ns0).toReach(NS1[version], { through: ns2, notThrough: ns1 });
  });

  test.for([
    ['ping to ns1 OK after ip nat output chain flush', 'ip'],
    ['ping to ns1 OK after inet nat output chain flush', 'inet'],
  ] as const)('%s', async ([, table], { lab }) => {
    const { ns0, ns1, ns2 } = build(lab);
    await nat(ns0, table, 'output', dnat(table, 4));
    await expect(ns0).toReach(NS1[4], { through: ns2 });
    await ns0.exec('nft', ['flush', 'chain', table, 'nat', 'output']);
    await expect(ns0).toReach(NS1[4], { through: ns1, notThrough: ns2 });
  });

  test('inet port rewrite without l3 address', async ({ lab }) => {
    const { ns0, ns1 } = build(lab);
    await nat(ns0, 'inet', 'output', 'meta l4proto tcp dnat to :2000');
    await expect(ns0).not.toReach(ns1, { by: 'tcp', port: 8080, listen: false });
    const server = ns1.run(() => createServer((socket) => socket.end()).listen(2000, '0.0.0.0'));
    onTestFinished(() => void server.close());
    await expect(ns0).toReach(ns1, { by: 'tcp', port: 8080, listen: false });
  });
});

describe('masquerade: ns1 hears ns2 by the address of ns0', () => {
  const cases = ['', ' fully-random'].flatMap((flags) => [
    [`ip IP masquerade${flags} for ns2`, 'ip', 4, flags] as const,
    [`ip6 IPv6 masquerade${flags} for ns2`, 'ip6', 6, flags] as const,
    [`inet IP masquerade${flags} for ns2`, 'inet', 4, flags] as const,
    [`inet IPv6 masquerade${flags} for ns2`, 'inet', 6, flags] as const,
  ]);

  test.for(cases)('%s', async ([, table, version, flags], { lab }) => {
    const { ns0, ns1, ns2 } = build(lab);
    await refuseNs2(ns1);
    await expect(ns2).not.toReach(NS1[version]);
    await nat(ns0, table, 'postrouting', `oif eth0 masquerade${flags}`);
    await expect(ns2).toReach(NS1[version], { through: ns1 });
  });
});

describe('redirect: ns0 answers in the place of ns1', () => {
  test.for([
    ['ip IP redirection for ns2', 'ip', 4],
    ['ip6 IPv6 redirection for ns2', 'ip6', 6],
    ['inet IP redirection for ns2', 'inet', 4],
    ['inet IPv6 redirection for ns2', 'inet', 6],
  ] as const)('%s', async ([, table, version], { lab }) => {
    const { ns0, ns1, ns2 } = build(lab);
    await refuseNs2(ns1);
    await expect(ns2).not.toReach(NS1[version]);
    const toNs1 = `${IP[version]} daddr ${NS1[version]}`;
    await nat(ns0, table, 'prerouting', `iif eth1 meta l4proto ${ICMP[version]} ${toNs1} redirect`);
    await expect(ns2).toReach(NS1[version]);
  });
});

test('IP statless for ns2', async ({ lab }) => {
  const { ns0, ns1, ns2 } = build(lab);
  await refuseNs2(ns1);
  await expect(ns2).not.toReach(ns1, { family: 4, droppedBy: 'nft.drop', at: ns1 });
  const hook = 'type filter hook prerouting priority -400';
  await load(
    ns0,
    ...['table ip stateless {', 'chain stateless {', hook],
    ...[`ip saddr ${NS2[4]} ip saddr set 10.0.2.2 notrack`, `ip daddr 10.0.2.2 ip daddr set ${NS2[4]} notrack`],
    ...['}', '}'],
  );
  await expect(ns2).toReach(NS1[4], { through: ns1 });
  // In fragments, too.
  await ns2.exec('ping', ['-c1', '-s', '4000', NS1[4]]);
});

function dnat(table: string, version: 4 | 6): string {
  const ip = IP[version];
  return `${ip} daddr ${NS1[version]} dnat ${table === 'inet' ? `${ip} ` : ''}to ${NS2[version]}`;
}
