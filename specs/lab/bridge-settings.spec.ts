import { expect, type SwitchOptions, test, UsageError } from 'hairpin';
import { ipLink } from './referee.ts';

/** Of each setting: what `ip -j -d link` calls it, its default there; another value, and that one there. */
const SETTINGS: {
  [K in keyof Omit<SwitchOptions, 'subnets' | 'fdbMaxLearned' | `vlan${string}`>]-?: [
    word: string,
    usual: unknown,
    other: SwitchOptions[K],
    shown: unknown,
  ];
} = {
  ageingTime: ['ageing_time', 30000, 17, 1700],
  stp: ['stp_state', 0, true, 1],
  forwardDelay: ['forward_delay', 1500, 4.5, 450],
  helloTime: ['hello_time', 200, 1, 100],
  maxAge: ['max_age', 2000, 6, 600],
  priority: ['priority', 32768, 4096, 4096],
  groupFwdMask: ['group_fwd_mask', '0', 0x4000, '0x4000'],
  groupAddress: ['group_addr', '01:80:c2:00:00:00', '01:80:c2:00:00:0e', '01:80:c2:00:00:0e'],
  noLinklocalLearn: ['no_linklocal_learn', 0, true, 1],
  mcastSnooping: ['mcast_snooping', 0, true, 1],
  mcastQuerier: ['mcast_querier', 0, true, 1],
  mcastQueryUseIfaddr: ['mcast_query_use_ifaddr', 0, true, 1],
  mcastRouter: ['mcast_router', 1, 2, 2],
  mcastHashMax: ['mcast_hash_max', 4096, 16, 16],
  mcastLastMemberCount: ['mcast_last_member_cnt', 2, 7, 7],
  mcastStartupQueryCount: ['mcast_startup_query_cnt', 2, 3, 3],
  mcastLastMemberInterval: ['mcast_last_member_intvl', 100, 0.5, 50],
  mcastMembershipInterval: ['mcast_membership_intvl', 26000, 30, 3000],
  mcastQuerierInterval: ['mcast_querier_intvl', 25500, 9, 900],
  mcastQueryInterval: ['mcast_query_intvl', 12500, 8, 800],
  mcastQueryResponseInterval: ['mcast_query_response_intvl', 1000, 0.2, 20],
  mcastStartupQueryInterval: ['mcast_startup_query_intvl', 3124, 2, 200],
  mcastStatsEnabled: ['mcast_stats_enabled', 0, true, 1],
  mcastIgmpVersion: ['mcast_igmp_version', 2, 3, 3],
  mcastMldVersion: ['mcast_mld_version', 1, 2, 2],
  nfCallIptables: ['nf_call_iptables', 0, true, 1],
  nfCallIp6tables: ['nf_call_ip6tables', 0, true, 1],
  nfCallArptables: ['nf_call_arptables', 0, true, 1],
  // These two need VLANs, which bridges of this kernel may not look at.
  mcastVlanSnooping: ['mcast_vlan_snooping', 0, undefined, 0],
  mstEnabled: ['mst_enabled', undefined, undefined, undefined],
};

const entries = Object.entries(SETTINGS).filter(([, [, , other]]) => other !== undefined);

// sw: br0
test('every setting of a switch is what ip link shows: usual, chosen, and changed', async ({ lab }) => {
  const [plain, asked] = [
    lab.switch('plain'),
    lab.switch('asked', Object.fromEntries(entries.map(([option, [, , other]]) => [option, other]))),
  ];
  const shown = async (sw: typeof plain) => (await ipLink(sw, 'br0')).linkinfo.info_data;
  const [usual, chosen] = [1, 3].map((at) => Object.fromEntries(entries.map(([, row]) => [row[0], row[at]])));
  expect(await shown(plain)).toMatchObject(usual as object);
  expect(await shown(asked)).toMatchObject(chosen as object);
  for (const [option, [word, , other, expected]] of entries) {
    plain.set({ [option]: other });
    expect(await shown(plain), option).toMatchObject({ [word]: expected });
    expect(plain.br0.settings, option).toMatchObject({ [option]: other });
  }
});

test.for<[set: object, message: string]>([
  [{ forwardDelay: 31 }, 'forwardDelay must be seconds, from 0 to 30: received 31'],
  [
    { groupFwdMask: 1 },
    'groupFwdMask must be without the bits 0 to 2, whose groups no bridge forwards (BR_GROUPFWD_RESTRICTED): received 1',
  ],
  [
    { groupAddress: '01:80:c2:00:00:01' },
    "groupAddress must be 01:80:c2:00:00:00, or 04 to 0f in place of its last byte (br_changelink): received '01:80:c2:00:00:01'",
  ],
  [{ mcastIgmpVersion: 1 }, 'mcastIgmpVersion must be a whole number from 2 to 3: received 1'],
  [{ mcastQueryInterval: 0.5 }, 'mcastQueryInterval must be seconds, from 1 to 86400: received 0.5'],
])('before the kernel is asked: %j', ([set, message], { lab }) => {
  expect(() => lab.switch('sw').set(set)).toThrow(new UsageError(`sw/br0.set: ${message}`));
});
