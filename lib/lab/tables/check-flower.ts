import { UsageError } from '../../base/validate.ts';
import type { Flower } from '../../netlink/tc/flower.ts';
import { familyOf } from '../../wire/ip-address.ts';

type Key = keyof Flower;

const TAGS = ['802.1Q', '802.1ad'];
const IP = ['ip', 'ipv6'];

/** What a key needs: one of these words as its protocol, behind its tags, or above IP. The kernel passes over a key without (`fl_set_key`). */
const NEEDS: readonly {
  keys: readonly Key[];
  of: 'protocol' | 'vlanEthtype' | 'network' | 'ipProto';
  words: readonly string[];
}[] = [
  { keys: ['vlanId', 'vlanPrio', 'vlanEthtype'], of: 'protocol', words: TAGS },
  { keys: ['cvlanId', 'cvlanPrio', 'cvlanEthtype'], of: 'vlanEthtype', words: TAGS },
  { keys: ['pppoeSid', 'pppProto'], of: 'protocol', words: ['ppp_ses'] },
  { keys: ['mplsLabel', 'mplsTc', 'mplsBos', 'mplsTtl'], of: 'network', words: ['mpls_uc', 'mpls_mc'] },
  { keys: ['ipProto', 'ipTos', 'ipTtl', 'ipFlags', 'dstIp', 'srcIp'], of: 'network', words: IP },
  { keys: ['arpOp', 'arpTip', 'arpSip', 'arpTha', 'arpSha'], of: 'network', words: ['arp', 'rarp'] },
  { keys: ['dstPort', 'srcPort'], of: 'ipProto', words: ['tcp', 'udp', 'sctp'] },
  { keys: ['tcpFlags'], of: 'ipProto', words: ['tcp'] },
  { keys: ['type', 'code'], of: 'ipProto', words: ['icmp', 'icmpv6'] },
];

const NAMES = { protocol: 'protocol', vlanEthtype: 'vlanEthtype', network: 'protocol', ipProto: 'ipProto' };

/** Refuses keys that the kernel would pass over. The values have been checked. @throws UsageError */
export function checkFlower(call: string, flower: Flower, protocol: string): void {
  const network = networkOf(flower, protocol);
  const { vlanEthtype, ipProto } = flower;
  const has = { protocol, network, vlanEthtype: vlanEthtype ?? '', ipProto: ipProto ?? '' };
  for (const { keys, of, words } of NEEDS) {
    const key = keys.find((each) => flower[each] !== undefined);
    if (key === undefined || words.includes(String(has[of]))) continue;
    const said = has[of] === '' ? 'none' : `'${has[of]}'`;
    const wanted = words.map((word) => `'${word}'`).join(' or ');
    throw new UsageError(
      `${call}: ${key} of flower needs ${NAMES[of]} ${wanted}${of === 'network' ? ', or such a vlanEthtype' : ''}: received ${said}`,
    );
  }
  for (const key of ['dstIp', 'srcIp'] as const) checkVersion(call, key, flower[key], network);
  const [outer, other] = [flower.encDstIp, flower.encSrcIp].map((each) => each && versionOf(each));
  if (outer && other && outer !== other)
    throw new UsageError(`${call}: encDstIp and encSrcIp of flower must be of one version of IP`);
  if ((ipProto === 'icmp' && network === 'ipv6') || (ipProto === 'icmpv6' && network === 'ip'))
    throw new UsageError(
      `${call}: ipProto '${ipProto}' of flower is for IPv${ipProto === 'icmp' ? 4 : 6}: received protocol '${network}'`,
    );
}

/** The protocol behind its tags (`fl_set_key_vlan`, `fl_set_key_pppoe`). */
function networkOf({ vlanEthtype, cvlanEthtype, pppProto }: Flower, protocol: string): string {
  return String(cvlanEthtype ?? vlanEthtype ?? pppProto ?? protocol);
}

function checkVersion(call: string, key: Key, address: string | undefined, network: string): void {
  if (address === undefined || versionOf(address) === network) return;
  throw new UsageError(`${call}: ${key} of flower must be an address of protocol '${network}': received ${address}`);
}

function versionOf(address: string): 'ip' | 'ipv6' {
  return familyOf(address.split('/')[0] ?? '') === 6 ? 'ipv6' : 'ip';
}
