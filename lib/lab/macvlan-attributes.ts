import { bit, bits } from '../netlink/bits.ts';
import type { LinkState } from '../netlink/link.ts';
import { linkKind } from '../netlink/link-kind.ts';
import { list } from '../netlink/list.ts';
import { oneOf } from '../netlink/one-of.ts';
import { mac, u16, u32 } from '../netlink/scalars.ts';
import { attribute } from '../netlink/table.ts';
import { flat } from '../netlink/type.ts';

const MODES = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 } as const;
export type MacvlanMode = keyof typeof MODES;
export const MACVLAN_MODES = Object.keys(MODES) as MacvlanMode[];

/** The type of an address in the list of a source macvlan. */
const IFLA_MACVLAN_MACADDR = 4;

export const macvlanKind = linkKind(['macvlan', 'macvtap'], {
  mode: attribute('IFLA_MACVLAN_MODE', 1, oneOf(u32, 'MACVLAN_MODE_', MODES)),
  flags: attribute(
    'IFLA_MACVLAN_FLAGS',
    2,
    flat(
      bits(u16, {
        nopromisc: bit('MACVLAN_FLAG_NOPROMISC', 1, 'nopromisc'),
        nodst: bit('MACVLAN_FLAG_NODST', 2, 'nodst'),
      }),
    ),
  ),
  bcqueuelen: attribute('IFLA_MACVLAN_BC_QUEUE_LEN', 7, u32),
  // A change of a source macvlan's list: `add` and `del` take one address, `set` all, `flush` none.
  listChange: attribute(
    'IFLA_MACVLAN_MACADDR_MODE',
    3,
    oneOf(u32, 'MACVLAN_MACADDR_', { add: 0, del: 1, flush: 2, set: 3 }),
    { word: 'macaddr' },
  ),
  listed: attribute('IFLA_MACVLAN_MACADDR', IFLA_MACVLAN_MACADDR, mac, { word: '' }),
  macaddr: attribute('IFLA_MACVLAN_MACADDR_DATA', 5, list(IFLA_MACVLAN_MACADDR, mac), {
    word: '',
    absent: [],
    isLong: true,
  }),
});

/** A macvlan's settings as the kernel has them, in the words of `MacvlanOptions`. */
export function macvlanSettings(link: LinkState) {
  const { mode = '0', macaddr, nopromisc, nodst, bcqueuelen } = macvlanKind.of(link);
  return { mode, macaddr, nopromisc, nodst, ...(bcqueuelen === undefined ? {} : { bcqueuelen }) };
}
