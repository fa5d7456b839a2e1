import { isPlainObject } from '../../base/plain-object.ts';
import { checkOptions, show, UsageError, wrongOption } from '../../base/validate.ts';
import { ETHER_TYPES } from '../../netlink/ether-types.ts';
import { FILTER_PARENTS, type FilterConfig, type SaidFilter } from '../../netlink/tc/filter.ts';
import type { FilterFlags, Flower } from '../../netlink/tc/flower.ts';
import { ACTION_KINDS, type TcAction, type TcActionOptions } from '../../netlink/tc/tc-actions.ts';
import { parseHandle } from '../../netlink/tc/tc-handle.ts';
import { checkOptionValues, isAsymmetric } from '../../state/entries/fields.ts';
import { filterFields, filterKeyFields } from '../../state/entries/tc-fields.ts';
import { isInterface } from '../engines/interface-engine.ts';
import type { Interface } from '../interface.ts';
import { checkActions } from './check-actions.ts';
import { checkFlower } from './check-flower.ts';
import { deviceOf } from './route-options.ts';

/** A filter of traffic control, in the words of `tc filter` (camel-cased): where it is, which packets it is for, what happens to them. */
export interface FilterOptions extends FilterPlace {
  /** Which packets: all. */
  matchall?: FilterFlags;
  /** Which packets: those that have all of these (tc-flower(8)). */
  flower?: Flower;
  /** What happens to a packet: a word such as `'drop'`, or an action with options such as `{ mirred: { egress: 'redirect', dev } }`. */
  action?: TcAction<Interface | string>;
  /** Several actions, in their order, in place of `action`. One that ends with `pipe` is followed by the next. */
  actions?: readonly TcAction<Interface | string>[];
}

/** Where a filter is. */
export interface FilterPlace {
  /** `'ingress'` or `'egress'` of the device, which needs the qdisc `clsact`, or the handle of a classful qdisc such as `'1:'`. */
  parent: 'ingress' | 'egress' | (string & {});
  /** The Ethernet type: `'ip'`, `'ipv6'`, `'arp'`, `'802.1Q'` … or a number. @default 'all' */
  protocol?: keyof typeof ETHER_TYPES | number;
  /** Filters are tried in this order, 1 to 65535. @default the kernel's choice: before those that are there */
  pref?: number;
  /** Another list of filters, which `goto chain` leads to. @default 0 */
  chain?: number;
  /** What tells it from others of its preference. @default the kernel's choice */
  handle?: number;
}

/** Which filters to delete. */
export interface FilterKey extends FilterPlace {
  /** Which kind they have: needed beside `handle`. */
  kind?: string;
}

const NEEDS_ONE =
  'a filter takes flower or matchall, and not both: those of another kind are made by exec: tc filter add …';

/** @throws UsageError */
export function parseFilter(call: string, device: Interface, options: FilterOptions): FilterConfig {
  checkOptions(call, options, [...Object.keys(filterFields), 'action']);
  const { flower, matchall, action, actions } = options;
  if ((flower === undefined) === (matchall === undefined)) throw new UsageError(`${call}: ${NEEDS_ONE}`);
  if (action !== undefined && actions !== undefined)
    throw new UsageError(`${call}: action stands for one, and actions for several: received both`);
  if (actions !== undefined && !Array.isArray(actions))
    throw wrongOption(call, 'actions', "a list such as ['drop']", actions);
  const { action: _, ...rest } = options;
  const given = (actions ?? [action]).filter((each) => each !== undefined).map((each) => asObject(call, each));
  const checked = checkValues(call, device, filterFields, { ...rest, actions: given });
  const said = { flower: checked['flower'], matchall: checked['matchall'] } as Omit<SaidFilter, 'actions'>;
  if (said.flower) checkFlower(call, said.flower, String(checked['protocol'] ?? 'all'));
  const all = checked['actions'] as TcActionOptions<string>[];
  checkActions(call, all);
  return {
    ...keyOf(call, device, checked),
    said: { ...said, actions: all.map((each) => withIndex(device, each)) },
  };
}

/** @throws UsageError */
export function parseFilterKey(call: string, device: Interface, key: FilterKey): FilterConfig {
  const { kind, ...rest } = key ?? {};
  checkOptions(call, key, [...Object.keys(filterKeyFields), 'kind']);
  if (kind !== undefined && (typeof kind !== 'string' || kind === ''))
    throw wrongOption(call, 'kind', "the kind of a filter such as 'flower'", kind);
  const checked = checkValues(call, device, filterKeyFields, rest);
  if (checked['handle'] !== undefined && kind === undefined)
    throw new UsageError(`${call}: a filter is told by its handle together with kind, such as 'flower'`);
  // tc_del_tfilter takes neither of them without a preference.
  for (const option of ['handle', 'protocol', 'kind'])
    if (key[option as keyof FilterKey] !== undefined && checked['pref'] === undefined)
      throw new UsageError(`${call}: ${option} needs pref beside it (tc_del_tfilter)`);
  return { ...keyOf(call, device, checked), protocol: protocolOf(checked['protocol']), kind };
}

function checkValues(call: string, device: Interface, fields: object, options: object): Record<string, unknown> {
  const resolve = (value: unknown) => {
    if (isAsymmetric(value))
      throw new UsageError(`${call}: a filter takes values, and no matchers: received ${show(value)}`);
    return isInterface(value) ? device.namespace.interface(value).name : value;
  };
  return checkOptionValues(call, fields as typeof filterFields, options, resolve) as Record<string, unknown>;
}

function keyOf(call: string, device: Interface, checked: Record<string, unknown>): FilterConfig {
  const { parent, protocol = 'all', pref, chain, handle } = checked;
  if (parent === undefined) throw new UsageError(`${call}: parent must be given: ${filterKeyFields.parent.rule}`);
  const sides: Readonly<Record<string, number>> = FILTER_PARENTS;
  return {
    ...{ device: device.index, parent: sides[String(parent)] ?? parseHandle(parent) ?? 0 },
    protocol: protocolOf(protocol) ?? 0,
    ...(pref === undefined ? {} : { pref: Number(pref) }),
    ...(chain === undefined ? {} : { chain: Number(chain) }),
    ...(handle === undefined ? {} : { handle: Number(handle) }),
  };
}

function protocolOf(protocol: unknown): number | undefined {
  return protocol === undefined ? undefined : (ETHER_TYPES[protocol as keyof typeof ETHER_TYPES] ?? Number(protocol));
}

/** A word stands for `gact`. */
function asObject(call: string, action: unknown): object {
  if (typeof action === 'string') return { gact: { control: action } };
  if (isPlainObject(action)) return action;
  throw wrongOption(
    call,
    'action',
    `a word such as 'drop', or an object with one of ${ACTION_KINDS.join(', ')}`,
    action,
  );
}

function withIndex(device: Interface, action: TcActionOptions<string>): TcAction {
  const { mirred, ...rest } = action;
  if (!mirred) return rest;
  return { mirred: { ...mirred, dev: deviceOf(device.namespace, mirred.dev) } };
}
