import { withoutUndefined } from '../base/plain-object.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import { linkedDevice, u8, u32 } from '../netlink/codec/scalars.ts';
import { genericRequest } from '../netlink/generic/generic.ts';
import { readTeamOptions, teamOption, teamOptions } from '../netlink/generic/team.ts';
import type { Request } from '../netlink/request.ts';
import { describeLink } from './describe-link.ts';
import { setting } from './setting.ts';
import { teamPort } from './team-port.ts';

const TEAM_CMD_OPTIONS_SET = 1;
const TEAM_CMD_OPTIONS_GET = 2;

/** The modules team_mode_*; their numbers are nowhere but here. */
const MODES = { broadcast: 0, roundrobin: 1, random: 2, activebackup: 3, loadbalance: 4 } as const;

/** The kernel's names of the options (`team_options`, `ab_options`, `lb_options`), as `teamnl` has them. */
const NAMES = {
  ...{ mode: 'mode', activePort: 'activeport' },
  ...{ notifyPeersCount: 'notify_peers_count', notifyPeersInterval: 'notify_peers_interval' },
  ...{ mcastRejoinCount: 'mcast_rejoin_count', mcastRejoinInterval: 'mcast_rejoin_interval' },
  ...{ lbTxMethod: 'lb_tx_method', lbStatsRefreshInterval: 'lb_stats_refresh_interval' },
} as const;
type Name = keyof typeof NAMES;

const PORT_NAMES = {
  ...{ enabled: 'enabled', userLinkup: 'user_linkup', userLinkupEnabled: 'user_linkup_enabled' },
  ...{ priority: 'priority', queueId: 'queue_id' },
} as const;

const live = { apart: true, live: true } as const;
const from0 = { ...live, kernelDefault: 0 } as const;
const DATA = ['TEAM_ATTR_OPTION_DATA', 4] as const;

const CAUSES = {
  EBUSY: 'the team has ports: its mode changes without any (team_change_mode)',
  ENOENT: 'activePort belongs to mode activebackup, and is a port of the team (ab_active_port_set)',
  EINVAL: 'the kernel has no such mode: it needs CONFIG_NET_TEAM_MODE_… (team_mode_get)',
  EPERM: 'the kernel takes the mode of a team from root alone, not in a user namespace (GENL_ADMIN_PERM)',
} as const;

const PORT_CAUSES = {
  EINVAL: 'queueId must be one of the queues of the team (team_queue_id_option_set)',
  EPERM: CAUSES.EPERM.replace('the mode of a team', 'the options of a port'),
} as const;

/** How `loadbalance` finds the port of a hash (`lb_select_tx_port_list`): by the hash itself, or by a table that a program fills. */
const TX_METHODS = { hash: 0, hash_to_port_mapping: 1 } as const;

/** Several devices as one (drivers/net/team). Without a mode nothing passes: hairpin sets it by netlink, as `teamd` does. */
export const team = describeLink('team', {
  option: 'NET_TEAM',
  members: 'frames',
  memberSettings: teamPort,
  bornWithCarrier: false,
  // In modes roundrobin, random and loadbalance; `apart`, so unknown here.
  sharesOut: () => true,
  settings: {
    /**
     * How frames are spread over the ports: to all, by turns, at random, by `activePort`, or by a hash that a program loads
     * (without one all leave by the first port). It can change while there are no ports. @default none: nothing passes
     */
    mode: setting(...DATA, oneOf(u8, '', MODES), live),
    /** Of activebackup: the port that sends and receives. @default none: nothing passes */
    activePort: setting(...DATA, linkedDevice, live),
    /** How many gratuitous ARP and ND announcements follow a change of ports. @default 0 */
    notifyPeersCount: setting(...DATA, u32, from0),
    /** Milliseconds between two of these. @default 0 */
    notifyPeersInterval: setting(...DATA, u32, from0),
    /** How many IGMP and MLD reports follow a change of ports. @default 0 */
    mcastRejoinCount: setting(...DATA, u32, from0),
    /** Milliseconds between two of these. @default 0 */
    mcastRejoinInterval: setting(...DATA, u32, from0),
    /**
     * Of loadbalance: a frame leaves by the port that its hash gives, or by the port of its hash in a table that a program such as `teamd`
     * fills; where that has none, by the hash. @default 'hash'
     */
    lbTxMethod: setting(...DATA, oneOf(u8, '', TX_METHODS), live),
    /** Of loadbalance: tenths of a second between two counts of the traffic of each hash; 0 for none. */
    lbStatsRefreshInterval: setting(...DATA, u32, live),
  },
  label: () => [],
  apart: {
    family: 'team',
    what: 'the mode and the other options (teamnl), also those of ports,',
    // GENL_ADMIN_PERM
    hidden: 'EPERM',
    // team_nl_send_event_options_get, behind the option: of genlmsg_multicast_netns, without a listener
    unheard: 'ESRCH',
    change: (id, index, settings, present) => {
      // team_change_mode refuses the mode that there is.
      const given = optionsOf(settings).filter(([name, value]) => name !== 'mode' || value !== Object(present).mode);
      // Each by itself: where nobody hears of one, the kernel passes over those behind it.
      return given.map(([name, value]) => ({
        ...setOption(id, index, NAMES[name], value),
        causes: name.startsWith('lb')
          ? { ...CAUSES, ENOENT: `${name} belongs to mode loadbalance (lb_options)` }
          : CAUSES,
      }));
    },
    ofMember: {
      change: (id, index, port, settings) =>
        Object.entries(PORT_NAMES).flatMap(([name, kernel]) => {
          const value = (settings as Readonly<Record<string, number | boolean>>)[name];
          return value === undefined ? [] : [{ ...setOption(id, index, kernel, value, port), causes: PORT_CAUSES }];
        }),
      settings: (answers, port) => {
        const options = readTeamOptions(answers as ReturnType<typeof teamOptions.read>[], port);
        return withoutUndefined(
          Object.fromEntries(Object.entries(PORT_NAMES).map(([name, kernel]) => [name, options.get(kernel)])),
        );
      },
    },
    list: (id, index) => ({
      ...genericRequest(id, teamOptions, { command: TEAM_CMD_OPTIONS_GET, index, words: `teamnl ${index} options` }),
      // team_nl_cmd_options_get
      isDump: false,
    }),
    settings: (answers) => {
      const options = readTeamOptions(answers as ReturnType<typeof teamOptions.read>[]);
      const told = Object.entries(NAMES).map(([name, kernel]) => [name, options.get(kernel)] as const);
      return Object.fromEntries(told.filter(([name, value]) => value !== undefined && !isNone(name, value)));
    },
  },
});

function setOption(id: number, index: number, name: string, value: string | number | boolean, port?: number): Request {
  const of = port === undefined ? '' : `--port=${port} `;
  return genericRequest(id, teamOptions, {
    ...{ command: TEAM_CMD_OPTIONS_SET, index, options: [teamOption(name, value, port)] },
    words: `teamnl ${of}${index} setoption ${name} ${value}`,
  });
}

/** What stands for none: `*NOMODE*` (`__team_no_mode`), and no port. */
function isNone(name: string, value: unknown): boolean {
  return (name === 'mode' && !Object.hasOwn(MODES, String(value))) || (name === 'activePort' && value === 0);
}

/** The settings with the index of a device in place of the device. */
function optionsOf(settings: object): [Name, string | number][] {
  return (Object.keys(NAMES) as Name[]).flatMap((name): [Name, string | number][] => {
    const value = (settings as Partial<Record<Name, string | number | { index: number }>>)[name];
    if (value === undefined) return [];
    return [[name, typeof value === 'object' ? value.index : value]];
  });
}
