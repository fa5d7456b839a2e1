import { body } from './body.ts';
import { Family } from './family.ts';
import { list } from './list.ts';
import { oneOf } from './one-of.ts';
import { tcmsg } from './qdisc.ts';
import { bytes, device, pad, s32, string, u32, u64 } from './scalars.ts';
import { struct } from './struct.ts';
import { attribute, table } from './table.ts';

/** A filter of traffic control, as `tc filter` has it. */
export interface Filter {
  /** `u32`, `flower`, `bpf` … */
  kind: string;
  /** The kinds of its actions, in their order: `gact`, `pedit` … */
  actions: string[];
  /** Where it sends the packets that it matches, in the order of its actions. */
  redirects: Redirect[];
  /** Of `bpf`: its program. */
  program: { id: number | undefined; name: string | undefined } | undefined;
}

/** The action `mirred`: hands packets, or copies of them, to a device. */
export interface Redirect {
  /** A mirror sends a copy, and the packet goes on. */
  by: keyof typeof MIRRED | `${number}`;
  /** ifindex. */
  to: number;
  /** How many it has had so far. */
  packets: number;
}

/** Which filters to list: those of a device, at one of its sides. */
interface FilterPlace {
  device?: number;
  side?: 'ingress' | 'egress';
  /** The handle of the qdisc that has the filters, if that qdisc is classful. */
  handle?: number;
}

/** `TC_H_CLSACT` with `TC_H_MIN_INGRESS` or `TC_H_MIN_EGRESS`. The qdisc `ingress` has filters for the first alone. */
const PARENTS = { ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const;

/** `TCA_EGRESS_REDIR` and the others. */
const MIRRED = { 'egress redirect': 1, 'egress mirror': 2, 'ingress redirect': 3, 'ingress mirror': 4 } as const;

/** What the options of `mirred` have; other actions have others. */
export const mirredOptions = table({
  parameters: attribute(
    'TCA_MIRRED_PARMS',
    2,
    struct('tc_mirred', { generic: pad(20), by: oneOf(s32, '', MIRRED), device }),
  ),
});

const action = table({
  kind: attribute('TCA_ACT_KIND', 1, string, { ifAbsent: '' }),
  options: attribute('TCA_ACT_OPTIONS', 2, bytes),
  statistics: attribute(
    'TCA_ACT_STATS',
    4,
    table({
      basic: attribute('TCA_STATS_BASIC', 1, struct('gnet_stats_basic', { bytes: u64, packets: u32, padding: pad(4) })),
    }),
  ),
});

/** Numbered by their order, from 1 on. */
const actions = list(1, action);

/** What the options of a filter have, by its kind: the actions, each kind under a number of its own. */
export const filterOptions = {
  basic: table({ actions: attribute('TCA_BASIC_ACT', 3, actions) }),
  bpf: table({
    actions: attribute('TCA_BPF_ACT', 1, actions),
    name: attribute('TCA_BPF_NAME', 7, string),
    id: attribute('TCA_BPF_ID', 11, u32),
  }),
  cgroup: table({ actions: attribute('TCA_CGROUP_ACT', 1, actions) }),
  flow: table({ actions: attribute('TCA_FLOW_ACT', 9, actions) }),
  flower: table({ actions: attribute('TCA_FLOWER_ACT', 3, actions) }),
  fw: table({ actions: attribute('TCA_FW_ACT', 4, actions) }),
  matchall: table({ actions: attribute('TCA_MATCHALL_ACT', 2, actions) }),
  route: table({ actions: attribute('TCA_ROUTE4_ACT', 6, actions) }),
  u32: table({ actions: attribute('TCA_U32_ACT', 7, actions) }),
};

export const tcFilter = new Family({
  command: ['tc', 'filter'],
  messages: ['TFILTER', 44],
  body: body(
    tcmsg,
    table({
      kind: attribute('TCA_KIND', 1, string, { ifAbsent: '' }),
      /** What is in it depends on the kind. */
      options: attribute('TCA_OPTIONS', 2, bytes),
    }),
  ),
  complete: ({ device: index, side, handle }: FilterPlace) => ({
    ...(index === undefined ? {} : { device: index }),
    ...(side === undefined ? {} : { parent: PARENTS[side] }),
    ...(handle === undefined ? {} : { parent: handle }),
  }),
  state: ({ kind, options }): Filter => {
    const known = filterOptions[kind as keyof typeof filterOptions];
    const all = (options && known?.read(options).actions) ?? [];
    // The first filter of a list stands for all of them, and has no options.
    const isProgram = kind === 'bpf' && options !== undefined;
    return {
      kind,
      actions: all.map((each) => each.kind),
      redirects: all.flatMap(readRedirect),
      program: isProgram ? readProgram(options) : undefined,
    };
  },
  listWords: ({ device: index, side }, names) => [
    ...(index === undefined ? [] : ['dev', names.device(index)]),
    ...(side === undefined ? [] : [side]),
  ],
});

function readProgram(options: Buffer): Filter['program'] {
  const { id, name } = filterOptions.bpf.read(options);
  return { id, name };
}

function readRedirect({ kind, options, statistics }: ReturnType<typeof action.read>): Redirect[] {
  const parameters = kind === 'mirred' && options ? mirredOptions.read(options).parameters : undefined;
  return parameters ? [{ by: parameters.by, to: parameters.device, packets: statistics?.basic?.packets ?? 0 }] : [];
}
