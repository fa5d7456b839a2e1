import { checkMac, UsageError, wrongOption } from '../base/validate.ts';
import { bit, bits } from '../netlink/codec/bits.ts';
import { list } from '../netlink/codec/list.ts';
import { oneOf } from '../netlink/codec/one-of.ts';
import { mac, s32, u16, u32 } from '../netlink/codec/scalars.ts';
import { flat } from '../netlink/codec/type.ts';
import type { LinkState } from '../netlink/link.ts';
import { describeLink, describeVariant } from './describe-link.ts';
import type { LowerDevice } from './link-description.ts';
import { whyBusy } from './rx-handler.ts';
import { liveFrom, setting } from './setting.ts';

const MODES = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 } as const;
export type MacvlanMode = keyof typeof MODES;
export const MACVLAN_MODES = Object.keys(MODES) as MacvlanMode[];

const IFLA_MACVLAN_MACADDR = 4;
/** `MACVLAN_DEFAULT_BC_QUEUE_LEN`, which kernels before 5.11 do not tell. */
const BC_QUEUE_LEN = 1000;

/** A second MAC address on the device below (drivers/net/macvlan.c). */
export const macvlan = describeLink('macvlan', {
  option: 'MACVLAN',
  needed: true,
  lower: 'interface or NIC',
  skipsItsKind: true,
  takesRxHandler: true,
  // The parent's queue of broadcasts (macvlan_broadcast_enqueue).
  knownQueues: true,
  status: { IFLA_MACVLAN_MACADDR_COUNT: 6, IFLA_MACVLAN_BC_QUEUE_LEN_USED: 8 },
  settings: {
    /** Passthru cannot be entered or left (`macvlan_changelink`). @default 'vepa', the kernel's own */
    mode: setting('IFLA_MACVLAN_MODE', 1, oneOf(u32, 'MACVLAN_MODE_', MODES), { default: 'vepa', live: true }),
    flags: setting(
      'IFLA_MACVLAN_FLAGS',
      2,
      flat(
        bits(u16, {
          nopromisc: bit('MACVLAN_FLAG_NOPROMISC', 1, 'nopromisc'),
          nodst: bit('MACVLAN_FLAG_NODST', 2, 'nodst'),
        }),
      ),
      {
        each: {
          /**
           * passthru: leave the parent's promiscuity alone. @default false
           *
           * The flags are one word: set in another mode, it would take a source child's nodst away.
           */
          nopromisc: { live: true, when: { mode: 'passthru' } },
          /** source: a frame of a listed address goes to nobody else. @default false */
          nodst: { when: { mode: 'source' } },
        },
      },
    ),
    /** How many broadcasts wait for the parent's worker, 0 to 2³²−1. Kernels before 5.11 do not tell. @default the kernel's 1000 */
    bcqueuelen: setting('IFLA_MACVLAN_BC_QUEUE_LEN', 7, u32, liveFrom(BC_QUEUE_LEN)),
    /**
     * For all macvlans of the parent: a multicast frame waits for the kernel's worker if more than this many of them are in its group.
     * −1: none waits (Linux 6.4). @default 1
     */
    bclim: setting('IFLA_MACVLAN_BC_CUTOFF', 9, s32, { ifAbsent: 1, ...liveFrom(1), since: '6.4', newWord: true }),
    listChange: setting(
      'IFLA_MACVLAN_MACADDR_MODE',
      3,
      oneOf(u32, 'MACVLAN_MACADDR_', { add: 0, del: 1, flush: 2, set: 3 }),
      { word: 'macaddr', internal: true },
    ),
    listed: setting('IFLA_MACVLAN_MACADDR', IFLA_MACVLAN_MACADDR, mac, { word: '', internal: true }),
    /** source: the MAC addresses that it hears. @default none */
    macaddr: setting('IFLA_MACVLAN_MACADDR_DATA', 5, list(IFLA_MACVLAN_MACADDR, mac), {
      word: '',
      ifAbsent: [] as string[],
      isLong: true,
      when: { mode: 'source' },
      check: checkMacaddr,
    }),
  },
  complete: (settings) => (settings.macaddr ? { listChange: 'set', ...settings } : settings),
  lists: {
    macaddr: {
      member: 'mac',
      members: 'a list of MAC addresses',
      check: checkMac,
      add: (listed) => ({ listChange: 'add', listed }),
      // Deleting an address that is not on the list does nothing.
      delete: (listed) => ({ listChange: 'del', listed }),
      flush: () => ({ listChange: 'flush' }),
      set: (macaddr) => ({ listChange: 'set', macaddr }),
    },
  },
  // macvlan_common_newlink gives a passthru child its parent's address, whatever was asked for.
  fixedMac: ({ mode }) => (mode === 'passthru' ? ' in mode passthru, whose child' : undefined),
  label: ({ mode }) => [mode],
  causes: {
    add: ({ lower, settings }) => ({
      EINVAL: () => whyInvalid(lower, settings.mode),
      EBUSY: () => whyBusy(lower, 'macvlan'),
      EADDRINUSE: `a macvlan of ${lower}, or ${lower} itself, has this MAC address (macvlan_addr_busy)`,
    }),
    settings: {
      EINVAL:
        'a live macvlan cannot change to or from passthru, and only mode source has a list of MAC addresses ' +
        '(macvlan_changelink): delete it and add it again',
    },
    device: () => ({
      EADDRINUSE: 'another macvlan of the same parent, or the parent itself, has this MAC address (macvlan_addr_busy)',
      EINVAL: "a macvlan's MTU may not be larger than its parent's (macvlan_change_mtu)",
    }),
  },
});

/** While nobody has its character device open, it is a macvlan like any other (`tap_handle_frame` passes frames on). */
export const macvtap = describeVariant('macvtap', macvlan, {
  option: 'MACVTAP',
  dependsOn: ['MACVLAN'],
  needed: false,
  // Any program of the machine may open it, outside of the lab, too, and nothing tells so.
  knownQueues: false,
  characterDevice: true,
});

/** What one netlink attribute has room for (65535 bytes), and its siblings in it. */
const MOST_AT_ONCE = 5000;

function checkMacaddr(call: string, option: string, macaddr: unknown): void {
  if (!Array.isArray(macaddr)) throw wrongOption(call, option, 'a list of MAC addresses', macaddr);
  if (macaddr.length > MOST_AT_ONCE) {
    throw new UsageError(
      `${call}: ${option} must be at most ${MOST_AT_ONCE} MAC addresses at once, which fit into one message: received ` +
        `${macaddr.length}; add the others by macaddr.add`,
    );
  }
  for (const each of macaddr) checkMac(call, option, each);
}

function whyInvalid(lower: LowerDevice, mode: MacvlanMode): string {
  const siblings = [...lower.children].filter((child) => !child.deleted && macvlan.is(child));
  const isAlone = mode === 'passthru' || siblings.some((child) => macvlan.of(child.state()).mode === 'passthru');
  if (siblings.length > 0 && isAlone)
    return `a passthru parent takes one child only, and ${lower} has ${siblings.join(', ')}`;
  const mtu = `the MTU must not be larger than that of ${lower} (${lower.state().mtu}), and the parent must be Ethernet`;
  if (!lower.foreignChildren) return mtu;
  const others = lower.foreignChildren().join(', ') || 'in another namespace';
  return `${mtu}; or a passthru macvlan is, or would be, on ${lower} beside another (${others}): it takes one child only`;
}

/** How many broadcasts a parent's queue has room for: as many as the child that asks for most (`update_port_bc_queue_len`). */
export function broadcastRoom(children: readonly LinkState[]): number {
  return Math.max(
    0,
    ...children.filter((child) => macvlan.is(child)).map((child) => macvlan.of(child).bcqueuelen ?? BC_QUEUE_LEN),
  );
}
