import { describe, expect, test } from 'vitest';
import { NETLINK_XFRM } from '../../lib/kernel/constants.ts';
import { PORT_STATUS } from '../../lib/links/bridge-port.ts';
import { ownKinds } from '../../lib/links/registry.ts';
import type { Struct } from '../../lib/netlink/codec/struct.ts';
import { type Rows, type Table, versionsOf } from '../../lib/netlink/codec/table.ts';
import type { Type } from '../../lib/netlink/codec/type.ts';
import { fouAttributes } from '../../lib/netlink/generic/fou.ts';
import { genericFamily } from '../../lib/netlink/generic/generic.ts';
import { macsecDevice } from '../../lib/netlink/generic/macsec.ts';
import { mptcpAttributes } from '../../lib/netlink/generic/mptcp.ts';
import { teamOptions } from '../../lib/netlink/generic/team.ts';
import { wireguardDevice } from '../../lib/netlink/generic/wireguard.ts';
import { logConfig, logPacket } from '../../lib/netlink/netfilter/nf-log.ts';
import { nftChain, nftRule, nftSet, nftTable } from '../../lib/netlink/netfilter/nf-tables.ts';
import { nftTrace } from '../../lib/netlink/netfilter/nft-trace.ts';
import { filterOptions } from '../../lib/netlink/tc/filter.ts';
import { QDISC_TYPES } from '../../lib/netlink/tc/qdisc-kinds.ts';
import { xfrmDefaults } from '../../lib/netlink/xfrm/xfrm-defaults.ts';
import { LINK_STATUS } from '../../lib/state/status-attributes.ts';
import { FAMILIES } from './families.ts';
import { evaluateInC, withoutHeaders } from './kernel-headers.ts';

type AnyType = Type<unknown, never>;

/** The members of C's structs, in order; the tables have names of their own for them, and some for several at once. */
const MEMBERS: Record<string, string> = {
  ifaddrlblmsg: 'ifal_family __ifal_reserved ifal_prefixlen ifal_flags ifal_index ifal_seq',
  ifaddrmsg: 'ifa_family ifa_prefixlen ifa_flags ifa_scope ifa_index',
  br_mdb_entry: 'ifindex state flags vid addr',
  br_port_msg: 'family - ifindex',
  bridge_vlan_info: 'flags vid',
  br_vlan_msg: 'family reserved1-reserved2 ifindex',
  fib_rule_hdr: 'family dst_len src_len tos table res1-res2 action flags',
  ifla_vlan_qos_mapping: 'from to',
  ifinfomsg: 'ifi_family __ifi_pad ifi_type ifi_index ifi_flags-ifi_change',
  genlmsghdr: 'cmd version reserved',
  nfgenmsg: 'nfgen_family version res_id',
  nfulnl_msg_config_cmd: 'command',
  nfulnl_msg_config_mode: 'copy_range copy_mode _pad',
  nfulnl_msg_packet_hdr: 'hw_protocol hook _pad',
  ndmsg: 'ndm_family ndm_pad1-ndm_pad2 ndm_ifindex ndm_state ndm_flags ndm_type',
  ndt_config: 'ndtc_key_len-ndtc_entry_size ndtc_entries ndtc_last_flush-ndtc_proxy_qlen',
  ndt_stats: 'ndts_allocs-ndts_forced_gc_runs ndts_table_fulls',
  fib_rule_port_range: 'start end',
  fib_rule_uid_range: 'start end',
  ifa_cacheinfo: 'ifa_prefered ifa_valid cstamp tstamp',
  ndtmsg: 'ndtm_family ndtm_pad1-ndtm_pad2',
  nexthop_grp: 'id weight-weight_high -',
  nhmsg: 'nh_family nh_scope nh_protocol resvd nh_flags',
  rta_mfc_stats: 'mfcs_packets mfcs_bytes mfcs_wrong_if',
  rta_cacheinfo: 'rta_clntref-rta_lastuse rta_expires rta_error-rta_tsage',
  rtgenmsg: 'rtgen_family',
  rtmsg: 'rtm_family rtm_dst_len rtm_src_len rtm_tos rtm_table rtm_protocol rtm_scope rtm_type rtm_flags',
  rtnexthop: 'rtnh_len rtnh_flags rtnh_hops rtnh_ifindex',
  gnet_stats_basic: 'bytes packets -',
  gnet_stats_queue: 'qlen backlog drops requeues overlimits',
  __kernel_timespec: 'tv_sec tv_nsec',
  tc_netem_corr: 'delay_corr loss_corr dup_corr',
  tc_netem_corrupt: 'probability correlation',
  tc_netem_qopt: 'latency limit loss gap duplicate jitter',
  tc_netem_rate: 'rate packet_overhead cell_size cell_overhead',
  tc_netem_reorder: 'probability correlation',
  tc_ratespec: 'cell_log linklayer overhead cell_align mpu rate',
  tc_sfq_qopt: 'quantum perturb_period limit divisor flows',
  tc_sfq_qopt_v1: 'v0 depth headdrop limit qth_min qth_max Wlog Plog Scell_log flags max_P stats',
  tc_sfqred_stats: 'prob_drop forced_drop prob_mark forced_mark prob_mark_head forced_mark_head',
  tc_tbf_qopt: 'rate peakrate limit buffer mtu',
  tc_csum: 'index capab action refcnt bindcnt update_flags',
  tc_ct: 'index capab action refcnt bindcnt',
  tc_fifo_qopt: 'limit',
  tc_gact: 'index capab action refcnt bindcnt',
  tc_gact_p: 'ptype pval paction',
  tc_mirred: 'index capab action refcnt bindcnt eaction ifindex',
  tc_prio_qopt: 'bands priomap',
  tc_skbedit: 'index capab action refcnt bindcnt',
  tc_tunnel_key: 'index capab action refcnt bindcnt t_action',
  tc_vlan: 'index capab action refcnt bindcnt v_action',
  tunnel_msg: 'family flags-reserved2 ifindex',
  xfrm_algo: 'alg_name alg_key_len',
  xfrm_algo_aead: 'alg_name alg_key_len alg_icv_len',
  xfrm_algo_auth: 'alg_name alg_key_len alg_trunc_len',
  xfrm_encap_tmpl: 'encap_type encap_sport encap_dport - encap_oa',
  xfrm_id: 'daddr spi proto -',
  xfrm_lifetime_cfg:
    'soft_byte_limit hard_byte_limit soft_packet_limit hard_packet_limit soft_add_expires_seconds hard_add_expires_seconds soft_use_expires_seconds hard_use_expires_seconds',
  xfrm_mark: 'v m',
  xfrm_replay_state: 'oseq seq bitmap',
  xfrm_replay_state_esn: 'bmp_len oseq seq oseq_hi seq_hi replay_window',
  xfrm_selector: 'daddr saddr dport dport_mask sport sport_mask family prefixlen_d prefixlen_s proto - ifindex user',
  xfrm_user_tmpl: 'id family - saddr reqid mode share optional - aalgos ealgos calgos',
  xfrm_userpolicy_default: 'in fwd out',
  xfrm_userpolicy_id: 'sel index dir -',
  xfrm_userpolicy_info: 'sel lft curlft priority index dir action flags share -',
  xfrm_userpolicy_type: 'type - reserved1 reserved2 -',
  xfrm_usersa_id: 'daddr spi family proto -',
  xfrm_usersa_info: 'sel id saddr lft curlft stats seq reqid family mode replay_window flags -',
  tcmsg: 'tcm_family tcm__pad1-tcm__pad2 tcm_ifindex tcm_handle tcm_parent tcm_info',
};

/**
 * What Debian 12's headers, of Linux 6.1, do not have: `mab` came with 6.2, `neigh_vlan_suppress` with 6.4, netkit with 6.7, wide weights with 6.12, `extern_valid`
 * with 6.18 …
 */
const NEWER =
  /^TCA_NETEM_PRNG_SEED$|^FRA_[SD]PORT_MASK$|^RTAX_FEATURE_TCP_USEC_TS$|^(IFLA_)?NETKIT_|weight_high|^DEVCONF_FORCE_FORWARDING$|^NTF_EXT_(EXT_VALIDATED|LOCKED)$|^IFLA_BRPORT_(MAB|NEIGH_VLAN_SUPPRESS|MCAST_N_GROUPS|MCAST_MAX_GROUPS|BACKUP_NHID)$|^IFLA_BR_FDB_MAX_LEARNED$|^MPTCP_PM_ADDR_FLAG_LAMINAR$|^IFLA_BOND_COUPLED_CONTROL$|^IFLA_MACVLAN_BC_CUTOFF$|^BRIDGE_VLANDB_ENTRY_(NEIGH_SUPPRESS|MCAST_MAX_GROUPS)$|^(IFLA_)?VXLAN_(LOCALBYPASS|MC_ROUTE|LABEL_.*|RESERVED_BITS)$/;

const families = Object.values(FAMILIES);
const generic = [
  genericFamily,
  wireguardDevice,
  teamOptions,
  macsecDevice,
  fouAttributes,
  mptcpAttributes,
  xfrmDefaults,
];
const netfilter = [nftTable, nftChain, nftRule, nftSet, nftTrace, logConfig, logPacket];
const qdiscTypes = Object.values(QDISC_TYPES).filter((type) => type !== undefined);
const qdiscs = [...Object.values(filterOptions), ...qdiscTypes];
const bodies = [
  ...families.flatMap(({ options: { body, bodies } }) => [body, ...Object.values(bodies ?? {})]),
  ...[...netfilter, ...generic, ...qdiscs],
] as readonly AnyType[];
const types = bodies.flatMap((body) => [...within(body)]);
const tables = types.filter((type): type is AnyType & Table<Rows> => 'rows' in type);
const structs = new Map(types.filter(isStruct).map((type) => [type.struct.name, type]));

describe.skipIf(withoutHeaders())(
  // One title everywhere: CI looks whether a test that is skipped in one run passed in another.
  "as the kernel's headers have them (needs linux-libc-dev and cc)",
  () => {
    test.each([
      [
        'messages',
        families.map(({ options: { messages, protocol } }) => {
          const family = protocol === NETLINK_XFRM ? 'XFRM_MSG' : 'RTM';
          return [`${family}_NEW${messages[0]}`, messages[1]] as const;
        }),
      ],
      [
        'attributes',
        tables
          .flatMap(({ rows }) => Object.values<Rows[string]>(rows).flatMap(versionsOf))
          .filter(({ kernel }) => kernel !== '')
          .map(({ kernel, number }) => [kernel, number] as const),
      ],
      ['constants', types.flatMap(({ constants = [] }) => constants)],
      ['structs', [...structs].map(([name, { size }]) => [`sizeof(struct ${name})`, size] as const)],
      ['members of structs', [...structs.values()].flatMap(membersOf)],
    ])('are the numbers of %s', (_, numbers) => {
      expect(numbers.length).toBeGreaterThan(0);
      const expected = evaluateInC(numbers.map(([name]) => name));
      const isKnown = ([name]: readonly [string, number]) => expected.get(name) !== undefined || !NEWER.test(name);
      const compared = numbers.filter(isKnown);
      expect(Object.fromEntries(compared)).toEqual(
        Object.fromEntries(compared.map(([name]) => [name, expected.get(name)])),
      );
    });
  },
);

const OF_KINDS = ownKinds().map(({ description }) => description.status);
const STATUS = [LINK_STATUS, PORT_STATUS, ...OF_KINDS].filter((numbers) => numbers !== undefined);

// Newer than some headers, as kernels are.
test.skipIf(withoutHeaders())(
  "the numbers of what is a device's state are those of the headers, where they know them",
  () => {
    for (const numbers of STATUS) {
      const expected = [...evaluateInC(Object.keys(numbers))].filter(([, number]) => number !== undefined);
      expect(expected.length).toBeGreaterThan(0);
      expect(numbers).toMatchObject(Object.fromEntries(expected));
    }
  },
);

function membersOf({ struct: { name, fields } }: Struct<unknown, unknown>): (readonly [string, number])[] {
  const members = MEMBERS[name]?.split(' ') ?? [];
  expect(members, `the members of ${name}`).toHaveLength(fields.length);
  return fields.flatMap(({ at, size }, index) => {
    const [first = '', last = first] = members[index]?.split('-') ?? [];
    // C's own padding has no name; members that are reserved get other names.
    return first === '' ? [] : [[`PLACE(struct ${name}, ${first}, ${last})`, at * 1000 + size] as const];
  });
}

/** A type, and all that is in it. */
function* within(type: AnyType, seen = new Set<AnyType>()): Generator<AnyType> {
  if (seen.has(type)) return;
  seen.add(type);
  yield type;
  for (const part of type.parts ?? []) yield* within(part, seen);
}

function isStruct(type: AnyType): type is AnyType & Struct<unknown, unknown> {
  return 'struct' in type;
}
