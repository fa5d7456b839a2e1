import { u16, u32 } from '../kernel/bytes.ts';
import { type Attribute, decodeAttributes, listAttributes } from '../netlink/attribute.ts';
import { bytesToMac, macToBytes } from '../wire/mac-address.ts';

// enum IFLA_MACVLAN_*, linux/if_link.h
const IFLA_MACVLAN_MODE = 1;
const IFLA_MACVLAN_FLAGS = 2;
const IFLA_MACVLAN_MACADDR_MODE = 3;
const IFLA_MACVLAN_MACADDR = 4;
const IFLA_MACVLAN_MACADDR_DATA = 5;
const IFLA_MACVLAN_BC_QUEUE_LEN = 7;
const MACVLAN_FLAG_NOPROMISC = 1;
const MACVLAN_FLAG_NODST = 2;
const MACADDR_MODES = { add: 0, del: 1, flush: 2, set: 3 } as const;

/** `MACVLAN_MODE_*`. */
const MODE_NUMBERS = { private: 1, vepa: 2, bridge: 4, passthru: 8, source: 16 } as const;
export type MacvlanMode = keyof typeof MODE_NUMBERS;
export const MACVLAN_MODES = Object.keys(MODE_NUMBERS) as MacvlanMode[];

/** The settings of a macvlan that are netlink attributes of its own. */
export interface MacvlanSettings {
  mode?: MacvlanMode | undefined;
  nopromisc?: boolean | undefined;
  nodst?: boolean | undefined;
  bcqueuelen?: number | undefined;
}

/** Settings as `IFLA_INFO_DATA` carries them; what is undefined is left out. */
export function macvlanAttributes({ mode, nopromisc, nodst, bcqueuelen }: MacvlanSettings): Attribute[] {
  const flags = (nopromisc ? MACVLAN_FLAG_NOPROMISC : 0) | (nodst ? MACVLAN_FLAG_NODST : 0);
  return [
    [IFLA_MACVLAN_MODE, mode && u32(MODE_NUMBERS[mode])],
    [IFLA_MACVLAN_FLAGS, nopromisc === undefined && nodst === undefined ? undefined : u16(flags)],
    [IFLA_MACVLAN_BC_QUEUE_LEN, bcqueuelen === undefined ? undefined : u32(bcqueuelen)],
  ];
}

/** A change of a source macvlan's list; `add` and `del` take one address, `set` all, `flush` none. */
export function macaddrAttributes(how: keyof typeof MACADDR_MODES, macs: readonly string[] = []): Attribute[] {
  const mode: Attribute = [IFLA_MACVLAN_MACADDR_MODE, u32(MACADDR_MODES[how])];
  const addresses = macs.map((mac): Attribute => [IFLA_MACVLAN_MACADDR, macToBytes(mac)]);
  return how === 'set' ? [mode, [IFLA_MACVLAN_MACADDR_DATA, addresses]] : [mode, ...addresses];
}

/** A macvlan's settings as the kernel has them (`IFLA_INFO_DATA`), in the words of `MacvlanOptions`. */
export function macvlanSettings(data: Buffer) {
  const attributes = decodeAttributes(data, IFLA_MACVLAN_MACADDR_DATA);
  const mode = attributes.get(IFLA_MACVLAN_MODE)?.readUInt32LE(0);
  const flags = attributes.get(IFLA_MACVLAN_FLAGS)?.readUInt16LE(0) ?? 0;
  const macaddr = attributes.get(IFLA_MACVLAN_MACADDR_DATA) ?? Buffer.alloc(0);
  const bcqueuelen = attributes.get(IFLA_MACVLAN_BC_QUEUE_LEN)?.readUInt32LE(0);
  return {
    mode: MACVLAN_MODES.find((name) => MODE_NUMBERS[name] === mode) ?? String(mode),
    macaddr: listAttributes(macaddr).map(([, mac]) => bytesToMac(mac)),
    nopromisc: (flags & MACVLAN_FLAG_NOPROMISC) !== 0,
    nodst: (flags & MACVLAN_FLAG_NODST) !== 0,
    ...(bcqueuelen === undefined ? {} : { bcqueuelen }),
  };
}
