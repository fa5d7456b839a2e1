import { NETLINK_XFRM } from '../../kernel/constants.ts';
import type { Family as IpFamily } from '../../wire/ip-address.ts';
import { body } from '../codec/body.ts';
import { array } from '../codec/list.ts';
import { pad, u8, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, others, table } from '../codec/table.ts';
import { flat } from '../codec/type.ts';
import { Family } from '../family.ts';
import {
  addressBytes,
  addressIn,
  flagBits,
  flagsIn,
  idWords,
  markWords,
  nothing,
  said,
  wordOf,
  XFRM_MODES,
  XFRM_PROTOCOLS,
  type XfrmLimits,
  type XfrmMark,
  type XfrmSelector,
  xfrmAddress,
  xfrmFamily,
  xfrmId,
  xfrmLimits,
  xfrmMark,
  xfrmSelector,
} from './xfrm.ts';

/** What becomes of packets, as `ip xfrm policy` has it. */
export interface XfrmPolicy {
  sel: XfrmSelector;
  dir: keyof typeof DIRECTIONS;
  action: keyof typeof ACTIONS;
  /** The least is tried first. */
  priority: number;
  mark: XfrmMark | undefined;
  ifId: number | undefined;
  flag: readonly XfrmPolicyFlag[];
  limit: XfrmLimits;
  tmpl: readonly XfrmTemplate[];
  /** What hairpin has no words for. */
  unknown: readonly string[];
}

/** What a packet must be protected by. */
export interface XfrmTemplate {
  family: IpFamily;
  src: string | undefined;
  dst: string | undefined;
  proto: keyof typeof XFRM_PROTOCOLS;
  /** Undefined for any. */
  spi: number | undefined;
  mode: keyof typeof XFRM_MODES;
  reqid: number | undefined;
  level: keyof typeof LEVELS;
}

/** `XFRM_POLICY_*`; those of sockets are counted from `XFRM_POLICY_MAX` (`xfrm_sk_policy_insert`). */
const DIRECTIONS = { in: 0, out: 1, fwd: 2, 'socket in': 3, 'socket out': 4 } as const;
const ACTIONS = { allow: 0, block: 1 } as const;
const LEVELS = { required: 0, use: 1 } as const;
/** `XFRM_POLICY_LOCALOK`, `XFRM_POLICY_ICMP` */
export const XFRM_POLICY_FLAGS = { localok: 1, icmp: 2 } as const;
export type XfrmPolicyFlag = keyof typeof XFRM_POLICY_FLAGS;
const EVERY_ALGORITHM = 2 ** 32 - 1;
/** `XFRM_POLICY_TYPE_SUB` */
const SUB = 1;

const template = struct('xfrm_user_tmpl', {
  ...{ id: flat(xfrmId), family: xfrmFamily, padding: pad(2), src: xfrmAddress, reqid: u32 },
  ...{ mode: u8, share: u8, optional: u8, reserved: pad(1), auths: u32, encs: u32, comps: u32 },
});

const policyInfo = struct('xfrm_userpolicy_info', {
  ...{ sel: xfrmSelector.type, limit: xfrmLimits.type, current: pad(32), priority: u32, index: u32 },
  ...{ dir: u8, action: u8, flags: u8, share: u8, padding: pad(4) },
});

const attributes = table({
  tmpl: attribute('XFRMA_TMPL', 5, array(template), { ifAbsent: [] }),
  type: attribute(
    'XFRMA_POLICY_TYPE',
    16,
    struct('xfrm_userpolicy_type', { type: u8, padding: pad(1), reserved1: pad(2), reserved2: pad(1), end: pad(1) }),
  ),
  mark: attribute('XFRMA_MARK', 21, xfrmMark),
  ifId: attribute('XFRMA_IF_ID', 31, u32),
  unknown: others(),
});

const whole = { ...body(policyInfo, attributes), words: () => [] };
const id = {
  ...body(
    struct('xfrm_userpolicy_id', { sel: xfrmSelector.type, index: u32, dir: u8, padding: pad(3) }),
    table({ mark: attribute('XFRMA_MARK', 21, xfrmMark), ifId: attribute('XFRMA_IF_ID', 31, u32) }),
  ),
  words: () => [],
};

export const ipXfrmPolicy = new Family({
  command: ['ip', 'xfrm policy'],
  messages: ['POLICY', 0x13],
  protocol: NETLINK_XFRM,
  body: whole,
  bodies: { delete: id, list: nothing },
  complete: (policy: XfrmPolicy, verb) => (verb === 'list' ? {} : written(policy)),
  state: (read): XfrmPolicy => {
    const { flags, unnamed } = flagsIn(XFRM_POLICY_FLAGS, read.flags);
    const [dir, action] = [wordOf(DIRECTIONS, read.dir), wordOf(ACTIONS, read.action)];
    const modes = read.tmpl.flatMap(({ mode, proto }) => [wordOf(XFRM_MODES, mode), wordOf(XFRM_PROTOCOLS, proto)]);
    const isPicky = read.tmpl.some((each) =>
      [each.auths, each.encs, each.comps].some((bits) => bits !== EVERY_ALGORITHM),
    );
    return {
      ...{ sel: xfrmSelector.read(read.sel, 4), dir: dir ?? 'in', action: action ?? 'allow', priority: read.priority },
      ...{ mark: read.mark, ifId: read.ifId, flag: flags, limit: xfrmLimits.read(read.limit) },
      tmpl: read.tmpl.map(readTemplate),
      unknown: [
        ...(dir === undefined || dir.startsWith('socket') ? ['a program keeps it for one of its sockets'] : []),
        ...(action === undefined ? [`action ${read.action}`] : []),
        ...(unnamed ? ['flags'] : []),
        ...xfrmSelector.odd(read.sel),
        ...xfrmLimits.odd(read.limit),
        ...(read.type?.type === SUB ? ['it is of the type sub'] : []),
        ...(modes.includes(undefined) ? ['a mode or protocol of a template'] : []),
        ...(isPicky ? ['the algorithms that a template takes'] : []),
        ...(read.tmpl.some(({ share }) => share !== 0) ? ['how a template is shared'] : []),
        ...(read.unknown.length > 0 ? [`attributes ${read.unknown}`] : []),
      ],
    };
  },
  words: ({ sel, dir, action, priority, mark, ifId, flag, limit, tmpl }, names, _, verb) => [
    ...[...xfrmSelector.words(sel, names), 'dir', dir, ...markWords('mark', mark), ...said('if_id', ifId)],
    ...(verb === 'add'
      ? [
          ...['action', action, 'priority', String(priority)],
          ...(flag.length > 0 ? ['flag', ...flag] : []),
          ...xfrmLimits.words(limit),
          ...tmpl.flatMap(templateWords),
        ]
      : []),
  ],
});

function written({ sel, dir, action, priority, mark, ifId, flag, limit, tmpl }: XfrmPolicy) {
  return {
    ...{ sel: xfrmSelector.written(sel), dir: DIRECTIONS[dir], action: ACTIONS[action], priority, mark, ifId },
    ...{ flags: flagBits(XFRM_POLICY_FLAGS, flag), limit: xfrmLimits.written(limit) },
    tmpl: tmpl.length > 0 ? tmpl.map(writtenTemplate) : undefined,
  };
}

type RawTemplate = ReturnType<typeof template.read>;

function readTemplate({ family = 4, ...raw }: RawTemplate): XfrmTemplate {
  return {
    ...{ family, src: addressIn(raw.src, family), dst: addressIn(raw.dst, family) },
    ...{ proto: wordOf(XFRM_PROTOCOLS, raw.proto) ?? 'esp', spi: raw.spi || undefined },
    ...{ mode: wordOf(XFRM_MODES, raw.mode) ?? 'transport', reqid: raw.reqid || undefined },
    level: raw.optional ? 'use' : 'required',
  };
}

function writtenTemplate({ family, src, dst, proto, spi, mode, reqid, level }: XfrmTemplate) {
  return {
    ...{ family, src: addressBytes(src, family), dst: addressBytes(dst, family), proto: XFRM_PROTOCOLS[proto], spi },
    ...{ mode: XFRM_MODES[mode], reqid, optional: LEVELS[level] },
    ...{ auths: EVERY_ALGORITHM, encs: EVERY_ALGORITHM, comps: EVERY_ALGORITHM },
  };
}

function templateWords({ spi = 0, mode, reqid, level, ...id }: XfrmTemplate): string[] {
  return ['tmpl', ...idWords({ ...id, spi }), 'mode', mode, ...said('reqid', reqid), 'level', level];
}
