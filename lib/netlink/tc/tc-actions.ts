import { numbered } from '../codec/list.ts';
import { asNumber, bytes, pad, string, u32, u64 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, type Rows, type Table, table } from '../codec/table.ts';
import type { Type } from '../codec/type.ts';
import { bytesOf } from '../codec/writer.ts';
import type { Names } from '../names.ts';
import { type Csum, csum } from './act-csum.ts';
import { type Ct, ct } from './act-ct.ts';
import { type Gact, gact } from './act-gact.ts';
import { type Mirred, mirred } from './act-mirred.ts';
import { type Skbedit, skbedit } from './act-skbedit.ts';
import { type TunnelKey, tunnelKey } from './act-tunnel-key.ts';
import { type VlanAction, vlanAction } from './act-vlan.ts';
import type { ActionKind } from './tc-action.ts';
import type { Control } from './tc-control.ts';

/** What a filter does with a packet: one of these. A word stands for `gact`. */
export type TcAction<Device = number> = Control | TcActionOptions<Device>;

/** Actions that have options. */
export interface TcActionOptions<Device = number> {
  gact?: Gact;
  mirred?: Mirred<Device>;
  vlan?: VlanAction;
  skbedit?: Skbedit;
  csum?: Csum;
  tunnelKey?: TunnelKey;
  ct?: Ct;
}

type KindName = keyof TcActionOptions;

/** By the name of the option, with the kernel's name of the kind. */
const KINDS: Readonly<Record<KindName, readonly [kernel: string, kind: ActionKind<object>]>> = {
  gact: ['gact', gact as ActionKind<object>],
  mirred: ['mirred', mirred as ActionKind<object>],
  vlan: ['vlan', vlanAction as ActionKind<object>],
  skbedit: ['skbedit', skbedit as ActionKind<object>],
  csum: ['csum', csum as ActionKind<object>],
  tunnelKey: ['tunnel_key', tunnelKey as ActionKind<object>],
  ct: ['ct', ct as ActionKind<object>],
};

export const ACTION_KINDS = Object.keys(KINDS) as KindName[];

const optionBytes: Type<Buffer, Uint8Array> = {
  ...bytes,
  isNested: true,
  parts: Object.values(KINDS).map(([, { table: own }]) => own as Type<unknown, never>),
};

const action = table({
  kind: attribute('TCA_ACT_KIND', 1, string, { ifAbsent: '' }),
  /** What is in it depends on the kind. */
  options: attribute('TCA_ACT_OPTIONS', 2, optionBytes),
  index: attribute('TCA_ACT_INDEX', 3, u32),
  statistics: attribute(
    'TCA_ACT_STATS',
    4,
    table({
      basic: attribute(
        'TCA_STATS_BASIC',
        1,
        struct('gnet_stats_basic', { bytes: asNumber(u64), packets: u32, padding: pad(4) }),
      ),
    }),
  ),
  padding: attribute('TCA_ACT_PAD', 5, bytes),
  inHardware: attribute('TCA_ACT_IN_HW_COUNT', 10, u32),
  unknown: others(),
});

/** The actions of a filter, in the order in which a packet passes them: the kernel looks at their numbers (`tcf_action_init`). */
export const actionList = numbered(action);

/** An action as the kernel has it. */
export interface ReadAction {
  /** `gact`, `pedit` … */
  kind: string;
  /** Of `mirred`. */
  redirect: Redirect | undefined;
  /** Undefined for what hairpin cannot say: then it says why. */
  action: TcAction | undefined;
  unsaid: string | undefined;
}

/** The action `mirred`: hands packets, or copies of them, to a device. */
export interface Redirect {
  /** `egress redirect`, `ingress mirror` …: a mirror sends a copy, and the packet goes on. */
  by: string;
  /** ifindex. */
  to: number;
  /** How many it has had so far. */
  packets: number;
}

/** Actions as they travel. */
export function writeActions(actions: readonly TcAction[]): { kind: string; options: Buffer }[] {
  return actions.map((each) => {
    const { kernel, kind, options } = chosen(each);
    return { kind: kernel, options: bytesOf(kind.table as Type<unknown, object>, kind.write(options)) };
  });
}

export function readAction({ kind, options, statistics, unknown }: ReturnType<typeof action.read>): ReadAction {
  const name = ACTION_KINDS.find((each) => KINDS[each][0] === kind);
  const known = name && options && readOptions(name, KINDS[name][1], options);
  const others = [...unknown, ...(known?.unknown ?? [])];
  const unsaid = others.length > 0 ? `attribute ${others.join(', ')} of the action ${kind}` : known?.unsaid;
  return {
    kind,
    redirect: kind === 'mirred' && options ? readRedirect(options, statistics?.basic?.packets ?? 0) : undefined,
    action: unsaid === undefined ? known?.action : undefined,
    unsaid: known ? unsaid : `the action ${kind}`,
  };
}

function readRedirect(options: Buffer, packets: number): Redirect | undefined {
  const { parameters } = mirred.table.read(options) as unknown as { parameters?: { by: string; device: number } };
  return parameters && { by: parameters.by, to: parameters.device, packets };
}

/** `action vlan pop action drop`. */
export function actionWords(actions: readonly TcAction[], names: Names): string[] {
  return actions.flatMap((each) => {
    const { kind, options } = chosen(each);
    return ['action', ...kind.words(options, names).filter((word) => word !== undefined)];
  });
}

function chosen(action: TcAction): { kernel: string; kind: ActionKind<object>; options: object } {
  if (typeof action === 'string') return { kernel: 'gact', kind: KINDS.gact[1], options: { control: action } };
  const name = ACTION_KINDS.find((each) => action[each] !== undefined) ?? 'gact';
  const [kernel, kind] = KINDS[name];
  return { kernel, kind, options: action[name] ?? {} };
}

function readOptions(name: KindName, kind: ActionKind<object>, options: Buffer): ReadOptions {
  const { parameters, unknown, ...rest } = (kind.table as Table<Rows>).read(options) as Read;
  // It would be made again for each filter.
  if (parameters && parameters.bindings > 1)
    return { unknown, unsaid: `the action ${name}, which several filters share` };
  const read = parameters && kind.read({ ...rest, ...parameters });
  if (!read) return { unknown, unsaid: `the action ${name}` };
  const isWord = name === 'gact' && Object.keys(read).length === 1;
  return { unknown, action: isWord ? (read as Gact).control : ({ [name]: read } as TcAction) };
}

interface ReadOptions extends Partial<Pick<ReadAction, 'action' | 'unsaid'>> {
  unknown: readonly number[];
}

interface Read extends Record<string, unknown> {
  parameters?: { bindings: number } & Record<string, unknown>;
  unknown: number[];
}
