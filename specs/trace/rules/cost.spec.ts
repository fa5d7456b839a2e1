import { expect, type Namespace, test } from 'hairpin';
import { engineOf } from '../../../lib/lab/engines/engine.ts';
import { outputOf } from '../../../lib/lab/programs/exec.ts';
import { be32 } from '../../../lib/netlink/codec/scalars.ts';
import { attribute, table } from '../../../lib/netlink/codec/table.ts';
import { netfilterBody, netfilterType } from '../../../lib/netlink/netfilter/netfilter.ts';
import { askNftables } from '../../../lib/netlink/netfilter/packet-filters.ts';
import { requestOf } from '../../../lib/netlink/request.ts';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRoutedHosts } from '../../routed-hosts.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── b

const NFT_MSG_GETGEN = 16;
const generation = netfilterBody(table({ id: attribute('NFTA_GEN_ID', 1, be32) }));

/** How many changes of its tables a namespace has seen. */
function generationOf(namespace: Namespace): number | undefined {
  const request = requestOf(netfilterType('nftables', NFT_MSG_GETGEN), generation, {}, { words: 'generation' });
  return askNftables(engineOf(namespace).netns, (socket) => socket.get(request).id);
}

test('a question that passes makes no tables, and one that fails leaves none', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await addRules(r, 'ip t c { type filter hook forward priority 0; }', ['tcp dport 80 drop']);
  const before = generationOf(r);
  await expect(a).toReach(b);
  await expect(a).toReach(b, { by: 'tcp', port: 81, through: r });
  await expect(a).not.toReach(b, { by: 'tcp', port: 80 });
  await expect(b).not.toHear(r.interface('eth0'));
  await expect(lab).toMatchReachability(`
         a  b
      a  .  ✓
      b  ✓  .`);
  expect(generationOf(r)).toBe(before);
  await failureOf(expect(a).toReach(b, { by: 'tcp', port: 80, within: 50 }));
  // One transaction makes what is needed of a family, one more takes all away.
  expect(generationOf(r)).toBeGreaterThan(before ?? 0);
  expect(outputOf(r, 'nft', ['list', 'tables'])).toBe('table ip t');
});

test('where there are no packet filters, none are made', async ({ lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  await r.exec('true');
  r.sysctl.set('net.ipv4.ip_forward', 0);
  const before = generationOf(r);
  await failureOf(expect(a).toReach(b, { within: 50 }));
  expect(generationOf(r)).toBe(before);
});
