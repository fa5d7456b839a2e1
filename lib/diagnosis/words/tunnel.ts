import { vxlan } from '../../links/vxlan.ts';
import type { CauseFacts, DeviceName } from '../../model/cause.ts';
import { endpointWords } from '../../wire/ip-address.ts';
import { namespaceOf, ownName, type Said, type WordsOf } from './words.ts';

export const tunnelWords: WordsOf<'tunnel'> = {
  'tunnel.not-taken': {
    means:
      'The outer packet of a tunnel came to the host that it was for, and no tunnel there takes it. A vxlan takes what has its VNI, ' +
      'at its UDP port (`vxlan_vs_find_vni`). A geneve also wants it from its `remote` (`geneve_lookup`). Other tunnels compare `remote` with ' +
      'the source, `local` with the destination, and of GRE `ikey` with the key (`ip_tunnel_lookup`, `ip6gre_tunnel_lookup`, `ip6_tnl_lookup`).',
    facts: {
      device: 'the tunnel that sent it',
      namespace: 'where it came to',
      lookup: 'the kernel function that finds no tunnel',
      source: 'of the outer packet',
      to: 'the destination of the outer packet',
    },
    optional: {
      port: 'the UDP port of the outer packet',
      id: 'its VNI',
      key: 'its key, of GRE',
      nearest:
        'the tunnel of `namespace` that only one setting keeps from taking it, with what it has and what it needs',
    },
    example: {
      ...{ device: 'leaf1/vx0', namespace: 'leaf2', kind: vxlan.kind, lookup: 'vxlan_vs_find_vni' },
      ...{ source: '192.0.2.1', to: '192.0.2.2', port: 4789, id: 7 },
      nearest: { device: 'leaf2/vx0', option: 'id', has: 8, needs: 7 },
    },
    say: notTaken,
  },
  'tunnel.refused': {
    means:
      'A tunnel was found for an outer packet, and refuses it by its header. A GRE tunnel with `icsum` takes only packets with a checksum, ' +
      'without it only packets without one; with `iseq` it takes only packets with a sequence number (`ip_tunnel_rcv`, `__ip6_tnl_rcv`). ' +
      'A vxlan drops a header with bits of a setting that it does not have: `gbp`, `gpe`, `remcsumrx` (`vxlan_rcv`). Over IPv6 it takes ' +
      'packets without a UDP checksum only with `udp6zerocsumrx` (`__udp6_lib_rcv`).',
    facts: {
      device: 'the tunnel that sent it',
      by: 'the tunnel that refuses it',
      option: 'the setting of `by` that the header does not fit',
      has: 'its value',
      function: 'the kernel function that drops the packet',
    },
    example: { device: 'a/gre1', by: 'b/gre1', option: 'icsum', has: false, function: 'ip_tunnel_rcv' },
    say: refused,
  },
  'tunnel.no-metadata': {
    means:
      'A tunnel with `external` sends where the metadata of each packet say. The packet has none, so the tunnel drops it (`vxlan_xmit`).',
    example: { device: 'a/vx0' },
    say: ({ device }) => ({
      text: `${device} is external, and the packet has no metadata that say where to send it`,
      hint: 'give it metadata: a route with encap, vlanTunnel at the port of a bridge, or tc … action tunnel_key set',
    }),
  },
};

/** By the setting of the end that receives: the setting of the end that sends, and what it puts into the header. */
const OF_SENDER = {
  icsum: ['ocsum', 'a checksum'],
  iseq: ['oseq', 'a sequence number'],
  gbp: ['gbp', 'a group policy'],
  gpe: ['gpe', 'the number of the protocol inside'],
  remcsumrx: ['remcsumtx', 'a checksum that the other end is to fill in'],
  udp6zerocsumrx: ['udp6zerocsumtx', 'a UDP checksum'],
} as const;

/** Settings that the kernel lets nobody change later. */
const FOR_LIFE: readonly string[] = ['gbp', 'gpe', 'remcsumrx', 'udp6zerocsumrx'];

function refused({ device, by, option, has, function: kernel }: CauseFacts['tunnel.refused']): Said {
  const [own, what] = OF_SENDER[option];
  const lacks = has || option === 'udp6zerocsumrx';
  const header = lacks ? `without ${what}, and ${by} expects one` : `with ${what}, and ${by} expects none`;
  return {
    text: `the packet left ${device} ${header}: its ${option} is ${has ? 'on' : 'off'} (${kernel})`,
    hint: FOR_LIFE.includes(option)
      ? `make ${device} with ${own}: ${has}, or ${by} with ${option}: ${!has}: the kernel does not change it later`
      : `set({ ${own}: ${has} }) on ${device}, or set({ ${option}: ${!has} }) on ${by}`,
  };
}

function notTaken(facts: CauseFacts['tunnel.not-taken']): Said {
  const { device, to, port, id } = facts;
  const hint = hintOf(facts);
  const vni = id === undefined ? '' : ` with VNI ${id}`;
  const goal = port === undefined ? to : endpointWords(to, port);
  const text = `the packet left ${device}${vni} in an outer packet to ${goal}, and ${refusal(facts)} (${facts.lookup})`;
  return { text, ...(hint ? { hint } : {}) };
}

/** By UDP a device has a port, and a socket there; the others are asked one after another. */
function refusal({ namespace, kind, source, lookup, port, id, key }: CauseFacts['tunnel.not-taken']): string {
  if (port === undefined)
    return `no tunnel of ${namespace} takes ${kind} from ${source}${key === undefined ? '' : ` with key ${key}`}`;
  const from = COMPARE_SOURCE.includes(lookup) ? ` whose remote is ${source}` : '';
  return `${namespace} has no ${kind} with VNI ${id} on that port${from}`;
}

/** Look-ups by UDP port and VNI that compare `remote` as well. */
const COMPARE_SOURCE: readonly string[] = ['geneve_lookup', 'geneve6_lookup'];

function hintOf({ device, nearest }: CauseFacts['tunnel.not-taken']): string | undefined {
  if (!nearest) return undefined;
  const { device: other, option, has, needs } = nearest;
  return HINTS[option]?.({ device, other, has, needs });
}

interface Near {
  device: string;
  other: DeviceName;
  has: string | number | undefined;
  needs: string | number | undefined;
}

/** By the option of the other end that does not fit. */
const HINTS: Record<string, (near: Near) => string> = {
  id: ({ device, other, has, needs }) =>
    `both ends must have one id: ${device} sends ${needs}, and ${other} has ${has}`,
  vni: ({ other, has, needs }) =>
    `on ${namespaceOf(other)}: bridge vni add vni ${needs} dev ${ownName(other)}: its list has ${has ?? 'no VNI'}`,
  dstport: ({ device, other, has, needs }) =>
    `both ends must have one dstport: ${device} sends to ${needs}, and ${other} has ${has}`,
  remote: ({ other, has, needs }) => `set({ remote: '${needs}' }) on ${other}, which takes only what comes from ${has}`,
  local: ({ device, other, has, needs }) =>
    `set({ local: '${needs}' }) on ${other}, which takes only what is for ${has}; or set({ remote: '${has}' }) on ${device}`,
  ikey: ({ device, other, has, needs }) =>
    needs === undefined
      ? `set({ okey: ${has} }) on ${device}: ${other} takes only what has that key (its ikey)`
      : `set({ ikey: ${needs} }) on ${other}, ${has === undefined ? 'which takes only what has no key' : `which takes only what has the key ${has}`}`,
};
