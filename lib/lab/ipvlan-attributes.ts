import { u16 } from '../kernel/bytes.ts';
import { type Attribute, decodeAttributes } from '../netlink/attribute.ts';

// enum IFLA_IPVLAN_*, linux/if_link.h
const IFLA_IPVLAN_MODE = 1;
const IFLA_IPVLAN_FLAGS = 2;

/** `enum ipvlan_mode`. */
const MODE_NUMBERS = { l2: 0, l3: 1, l3s: 2 } as const;
/** `IPVLAN_F_*`; bridge is neither of the two. */
const FLAG_NUMBERS = { bridge: 0, private: 1, vepa: 2 } as const;
export type IpvlanMode = keyof typeof MODE_NUMBERS;
export type IpvlanFlag = keyof typeof FLAG_NUMBERS;
export const IPVLAN_MODES = Object.keys(MODE_NUMBERS) as IpvlanMode[];
export const IPVLAN_FLAGS = Object.keys(FLAG_NUMBERS) as IpvlanFlag[];

/** The settings of an ipvlan: those of its parent's port, and so of all ipvlans on it. */
export interface IpvlanSettings {
  mode?: IpvlanMode | undefined;
  flag?: IpvlanFlag | undefined;
}

/** Settings as `IFLA_INFO_DATA` carries them; what is undefined is left out. */
export function ipvlanAttributes({ mode, flag }: IpvlanSettings): Attribute[] {
  return [
    [IFLA_IPVLAN_MODE, mode && u16(MODE_NUMBERS[mode])],
    [IFLA_IPVLAN_FLAGS, flag && u16(FLAG_NUMBERS[flag])],
  ];
}

/**
 * An ipvlan's settings as the kernel has them (`IFLA_INFO_DATA`), in iproute2's words; a number that hairpin has no word
 * for stays a number. A kernel before 4.15 has no flags, and all its ipvlans are bridges.
 */
export function ipvlanSettings(data: Buffer): { mode: string; flag: string } {
  const attributes = decodeAttributes(data);
  const mode = attributes.get(IFLA_IPVLAN_MODE)?.readUInt16LE(0);
  const flags = attributes.get(IFLA_IPVLAN_FLAGS)?.readUInt16LE(0) ?? FLAG_NUMBERS.bridge;
  return {
    mode: IPVLAN_MODES.find((name) => MODE_NUMBERS[name] === mode) ?? String(mode),
    flag: IPVLAN_FLAGS.find((name) => FLAG_NUMBERS[name] === flags) ?? String(flags),
  };
}
