import { ip4, ip6, u16 } from '../netlink/codec/scalars.ts';
import type { Type } from '../netlink/codec/type.ts';
import { type Family, networkOf, parsePrefix } from '../wire/ip-address.ts';
import { type SettingRules, settingInParts } from './setting.ts';

type Attribute = readonly [kernel: string, number: number];

/** A setting that is a network, such as `2001:db8::/32`: one attribute has its address, and another the length of its prefix. */
export function networkSetting<const O extends SettingRules & { word: string }>(
  family: Family,
  [address, length]: readonly [address: Attribute, length: Attribute],
  options: O,
) {
  const ip = family === 4 ? ip4 : ip6;
  const [example, longest] = family === 4 ? ['10.0.0.0/8', 32] : ['2001:db8::/32', 128];
  const prefixOf = (network: string) => parsePrefix(network) ?? { address: network, length: longest, family };
  const ofAddress: Type<string> = { ...ip, write: (to, network) => ip.write(to, prefixOf(network).address) };
  const ofLength: Type<string> = {
    write: (to, network) => u16.write(to, prefixOf(network).length),
    read: (bytes) => `/${u16.read(bytes)}`,
    words: () => [],
  };
  return settingInParts(
    [
      [...address, ofAddress],
      [...length, ofLength],
    ],
    {
      rule: `an IPv${family} network such as ${example}, without bits behind its length`,
      schema: { type: 'string' },
      join: (one, other) => (one.startsWith('/') ? `${other}${one}` : `${one}${other}`),
      words: (network) => [network],
      accept: (value) => {
        const prefix = typeof value === 'string' && value.includes('/') ? parsePrefix(value) : undefined;
        return prefix?.family === family && networkOf(prefix) === prefix.address ? value : undefined;
      },
    },
    options,
  );
}
