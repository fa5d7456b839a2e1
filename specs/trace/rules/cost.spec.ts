import { expect, type Lab, type Namespace, test } from 'hairpin';
import { outputOf } from '../../../lib/lab/exec.ts';
import { decodeAttributes } from '../../../lib/netlink/attribute.ts';
import { NETLINK_NETFILTER, netfilterHeader } from '../../../lib/netlink/netfilter.ts';
import { raw } from '../../../lib/netlink/raw.ts';
import { NetlinkSocket } from '../../../lib/netlink/socket.ts';
import { failureOf } from '../../matchers/failure-of.ts';
import { addRules } from './add-rules.ts';

// a ── eth0 (r) eth1 ── b
function build(lab: Lab) {
  const [a, r, b] = [lab.namespace('a'), lab.router('r'), lab.namespace('b')];
  lab.cable(a, r);
  lab.cable(r, b);
  return { a, r, b };
}

const NFT_MSG_GETGEN = (10 << 8) | 16;

/** How many changes of its tables a namespace has seen (`NFTA_GEN_ID`). */
function generationOf({ handle }: Namespace): number | undefined {
  const socket = handle.run(() => new NetlinkSocket({ protocol: NETLINK_NETFILTER }));
  const request = { type: NFT_MSG_GETGEN, flags: 0, header: netfilterHeader(), attributes: [] };
  const body = socket.get(raw(request, { operation: 'nft list ruleset' }));
  socket.close();
  return decodeAttributes(body.subarray(4)).get(1)?.readUInt32BE(0);
}

test('a question that passes makes no tables, and one that fails leaves none', async ({ lab }) => {
  const { a, r, b } = build(lab);
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
  const { a, r, b } = build(lab);
  await r.exec('true');
  r.sysctl.set('net.ipv4.ip_forward', 0);
  const before = generationOf(r);
  await failureOf(expect(a).toReach(b, { within: 50 }));
  expect(generationOf(r)).toBe(before);
});
