import { body } from '../codec/body.ts';
import { bytes, hexadecimal, string, u32 } from '../codec/scalars.ts';
import { attribute, others, type Rows, type Table, table } from '../codec/table.ts';
import type { Type } from '../codec/type.ts';
import { bytesOf } from '../codec/writer.ts';
import { ETHER_TYPES } from '../ether-types.ts';
import { Family } from '../family.ts';
import type { Names } from '../names.ts';
import { type FilterFlags, type Flower, filterFlags, flowerRows, rowOf } from './flower.ts';
import { type Qdisc, tcmsg } from './qdisc.ts';
import {
  actionList,
  actionWords,
  type ReadAction,
  type Redirect,
  readAction,
  type TcAction,
  writeActions,
} from './tc-actions.ts';
import { handleText, tcHandle } from './tc-handle.ts';

/** A filter of traffic control, as `tc filter` has it. */
export interface Filter extends FilterKey {
  /** `u32`, `flower`, `bpf` … */
  kind: string;
  /** The kinds of its actions, in their order: `gact`, `pedit` … */
  actions: string[];
  /** Where it sends the packets that it matches, in the order of its actions. */
  redirects: Redirect[];
  /** Of `bpf`: its program. */
  program: { id: number | undefined; name: string | undefined } | undefined;
  /** It is the head of a list: it stands for all filters of its preference, and has no options (`tcf_chain_dump`). */
  isHead: boolean;
  /** Which packets it is for, and what it does with them; undefined where hairpin cannot say all of it. */
  said: SaidFilter | undefined;
  /** What of it hairpin cannot say. */
  unsaid: string | undefined;
}

/** Where a filter is, and what tells it from the others there. */
export interface FilterKey {
  /** ifindex. */
  device: number;
  /** One of {@link FILTER_PARENTS}, or the handle of a queueing discipline. */
  parent: number;
  /** An Ethernet type. */
  protocol: number;
  pref: number;
  chain: number;
  handle: number;
}

/** A filter in the words of a spec. */
export interface SaidFilter {
  flower?: Flower;
  matchall?: FilterFlags;
  actions: readonly TcAction[];
}

/** A filter to add, or the key of those to delete. */
export type FilterConfig = { [K in keyof FilterKey]?: FilterKey[K] | undefined } & {
  kind?: string | undefined;
  said?: SaidFilter | undefined;
};

/** `TC_H_CLSACT` with `TC_H_MIN_INGRESS` or `TC_H_MIN_EGRESS`. The qdisc `ingress` has filters for the first alone. */
export const FILTER_PARENTS = { ingress: 0xffff_fff2, egress: 0xffff_fff3 } as const;

/** The queueing disciplines that are nothing but places of filters. */
const PLACES: Readonly<Record<string, readonly (keyof typeof FILTER_PARENTS)[]>> = {
  clsact: ['ingress', 'egress'],
  ingress: ['ingress'],
};

/** Those whose filters choose the class of a packet that is sent (`htb_classify`). */
const CLASSFUL = new Set('drr ets hfsc htb multiq prio qfq sfq'.split(' '));

/** Where a queueing discipline has filters. */
export function filterPlaces({ kind, handle, isGiven }: Pick<Qdisc, 'kind' | 'handle' | 'isGiven'>): FilterPlace[] {
  const sides = PLACES[kind];
  if (sides) return sides.map((side) => ({ side, parent: FILTER_PARENTS[side], isOfClasses: false }));
  return isGiven && CLASSFUL.has(kind) ? [{ side: 'egress', parent: handle, isOfClasses: true }] : [];
}

interface FilterPlace {
  side: 'ingress' | 'egress';
  parent: number;
  isOfClasses: boolean;
}

/** What the options of a filter have, by its kind: the actions, each kind under its number. */
export const filterOptions = {
  basic: table({ actions: attribute('TCA_BASIC_ACT', 3, actionList) }),
  bpf: table({
    actions: attribute('TCA_BPF_ACT', 1, actionList),
    name: attribute('TCA_BPF_NAME', 7, string),
    id: attribute('TCA_BPF_ID', 11, u32),
  }),
  cgroup: table({ actions: attribute('TCA_CGROUP_ACT', 1, actionList) }),
  flow: table({ actions: attribute('TCA_FLOW_ACT', 9, actionList) }),
  flower: table({
    ...flowerRows,
    actions: attribute('TCA_FLOWER_ACT', 3, actionList),
  } as Rows) as unknown as ActionsTable,
  fw: table({ actions: attribute('TCA_FW_ACT', 4, actionList) }),
  matchall: table({
    flags: attribute('TCA_MATCHALL_FLAGS', 3, filterFlags),
    classid: attribute('TCA_MATCHALL_CLASSID', 1, tcHandle),
    actions: attribute('TCA_MATCHALL_ACT', 2, actionList),
    counters: attribute('TCA_MATCHALL_PCNT', 4, bytes, { word: false }),
    padding: attribute('TCA_MATCHALL_PAD', 5, bytes, { word: false }),
    unknown: others(),
  }),
  route: table({ actions: attribute('TCA_ROUTE4_ACT', 6, actionList) }),
  u32: table({ actions: attribute('TCA_U32_ACT', 7, actionList) }),
};

type ActionsTable = Omit<Table<Rows>, 'read'> & {
  read(bytes: Buffer): { readonly actions?: ReturnType<typeof actionList.read> };
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
      chain: attribute('TCA_CHAIN', 11, u32),
    }),
  ),
  complete: ({ device, parent, protocol = 0, pref = 0, chain, handle, kind, said }: FilterConfig) => ({
    ...{ device, parent, chain, handle, kind: kind ?? (said && kindOf(said)) },
    info: ((pref << 16) | swapped(protocol)) >>> 0,
    options: said && writeOptions(said, protocol),
  }),
  state: ({ device, parent, info, handle, chain = 0, kind, options }): Filter => {
    const known = filterOptions[kind as keyof typeof filterOptions] as unknown as ActionsTable | undefined;
    const read = options && known?.read(options);
    const all = (read?.actions ?? []).map(readAction);
    const unsaid = whatUnsaid(kind, read, all);
    return {
      ...{ device, parent, protocol: swapped(info & 0xffff), pref: info >>> 16, chain, handle, kind },
      actions: all.map((each) => each.kind),
      redirects: all.flatMap(({ redirect }) => redirect ?? []),
      program: kind === 'bpf' && options ? readProgram(options) : undefined,
      isHead: options === undefined && handle === 0,
      said: read && unsaid === undefined ? readSaid(kind, read, all) : undefined,
      unsaid,
    };
  },
  words: filterWords,
  feature: ({ said }) => said && `filter ${kindOf(said)}`,
  listWords: ({ device, parent }, names) => [
    ...(device === undefined ? [] : ['dev', names.device(device)]),
    ...(parent === undefined ? [] : parentWords(parent)),
  ],
});

/** The protocol is in the network's order. */
function swapped(protocol: number): number {
  return ((protocol & 0xff) << 8) | (protocol >>> 8);
}

function kindOf({ flower }: SaidFilter): 'flower' | 'matchall' {
  return flower ? 'flower' : 'matchall';
}

function writeOptions(said: SaidFilter, protocol: number): Buffer {
  const kind = kindOf(said);
  // Without the protocol flower looks at no key of IP (fl_set_key).
  const etherType = protocol === ETHER_TYPES.all ? undefined : protocol;
  const options = { ...attributesOf(said), etherType, actions: writeActions(said.actions) };
  return bytesOf(filterOptions[kind] as Type<unknown, object>, options);
}

/** A key that travels in one of several attributes is named after both. */
function attributesOf({ flower, matchall }: SaidFilter): Record<string, unknown> {
  if (!flower) return { ...matchall };
  return Object.fromEntries(Object.entries(flower).map(([key, value]) => [rowOf(key, value, flower), value]));
}

/** What of a filter hairpin cannot say. */
function whatUnsaid(kind: string, read: object | undefined, actions: readonly ReadAction[]): string | undefined {
  if (kind !== 'flower' && kind !== 'matchall') return `the kind ${kind}`;
  const { unknown = [] } = (read ?? {}) as { unknown?: number[] };
  if (unknown.length > 0) return `attribute ${unknown.join(', ')} of ${kind}`;
  // Half of a value in two attributes.
  const part = keysIn(read ?? {}).find(([, value]) => typeof value === 'object');
  if (part) return `${part[0]} of ${kind}`;
  return actions.find((each) => each.unsaid)?.unsaid;
}

function readSaid(kind: string, read: object, all: readonly ReadAction[]): SaidFilter {
  const options = Object.fromEntries(keysIn(read).map(([name, value]) => [name.split(' ')[0], value]));
  const actions = all.flatMap(({ action }) => action ?? []);
  return kind === 'flower' ? { flower: options, actions } : { matchall: options, actions };
}

/** What is read beside the keys of packets. */
const BESIDE = ['actions', 'unknown', 'etherType', 'inHardware', 'counters', 'padding'];

function keysIn(read: object): [name: string, value: unknown][] {
  return Object.entries(read).filter(
    ([name, value]) => value !== undefined && value !== false && !BESIDE.includes(name),
  );
}

function filterWords({ device = 0, parent = 0, kind, said, ...key }: FilterConfig, names: Names): string[] {
  const { protocol, pref, chain, handle } = key;
  const own = kind ?? (said && kindOf(said));
  const options = said
    ? filterOptions[kindOf(said)].words({ ...attributesOf(said), actions: undefined } as never, names)
    : [];
  return [
    ...['dev', names.device(device), ...parentWords(parent)],
    ...(protocol === undefined ? [] : ['protocol', protocolText(protocol)]),
    ...(pref ? ['pref', String(pref)] : []),
    ...(chain ? ['chain', String(chain)] : []),
    ...(handle ? ['handle', hexadecimal(handle)] : []),
    ...(own === undefined ? [] : [own]),
    ...options,
    ...(said ? actionWords(said.actions, names) : []),
  ];
}

/** `ip`; of one that `tc` has no word for, its number. */
export function protocolText(protocol: number): string {
  return Object.entries(ETHER_TYPES).find(([, number]) => number === protocol)?.[0] ?? hexadecimal(protocol);
}

/** `ingress` and `egress` of a device, or the handle of a queueing discipline. */
export function parentText(parent: number): string {
  return Object.entries(FILTER_PARENTS).find(([, number]) => number === parent)?.[0] ?? handleText(parent);
}

function parentWords(parent: number): string[] {
  const text = parentText(parent);
  return text in FILTER_PARENTS ? [text] : ['parent', text];
}

function readProgram(options: Buffer): Filter['program'] {
  const { id, name } = filterOptions.bpf.read(options);
  return { id, name };
}
