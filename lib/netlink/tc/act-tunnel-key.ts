import { familyOf } from '../../wire/ip-address.ts';
import { oneOf } from '../codec/one-of.ts';
import { be16, be32, bool, ip4, ip6, s32, u8 } from '../codec/scalars.ts';
import { attribute } from '../codec/table.ts';
import { type ActionKind, actionTable, controlWords, parameters } from './tc-action.ts';
import type { Control } from './tc-control.ts';

/** Says the outer header to a tunnel device that is `external`, or forgets what such a device has read. */
export interface TunnelKey {
  set?: TunnelHeader;
  unset?: true;
  /** @default 'pipe' */
  control?: Control;
}

interface TunnelHeader {
  srcIp: string;
  dstIp: string;
  /** The VNI of a VXLAN, say. */
  id?: number;
  dstPort?: number;
  tos?: number;
  ttl?: number;
  /** Leave the outer checksum of UDP out. @default false */
  nocsum?: boolean;
}

/** `TCA_TUNNEL_KEY_ACT_*`. */
const VERBS = { set: 1, release: 2 } as const;

export const tunnelKey: ActionKind<TunnelKey> = {
  table: actionTable(
    'TCA_TUNNEL_KEY',
    { time: 1, padding: 8 },
    {
      parameters: attribute(
        'TCA_TUNNEL_KEY_PARMS',
        2,
        parameters('tc_tunnel_key', { verb: oneOf(s32, 'TCA_TUNNEL_KEY_ACT_', VERBS) }),
      ),
      src4: attribute('TCA_TUNNEL_KEY_ENC_IPV4_SRC', 3, ip4),
      dst4: attribute('TCA_TUNNEL_KEY_ENC_IPV4_DST', 4, ip4),
      src6: attribute('TCA_TUNNEL_KEY_ENC_IPV6_SRC', 5, ip6),
      dst6: attribute('TCA_TUNNEL_KEY_ENC_IPV6_DST', 6, ip6),
      id: attribute('TCA_TUNNEL_KEY_ENC_KEY_ID', 7, be32),
      dstPort: attribute('TCA_TUNNEL_KEY_ENC_DST_PORT', 9, be16),
      nocsum: attribute('TCA_TUNNEL_KEY_NO_CSUM', 10, bool(u8)),
      tos: attribute('TCA_TUNNEL_KEY_ENC_TOS', 12, u8),
      ttl: attribute('TCA_TUNNEL_KEY_ENC_TTL', 13, u8),
    },
  ),
  write: ({ set, control = 'pipe' }) => {
    const { srcIp, dstIp, ...rest } = set ?? {};
    const is6 = familyOf(dstIp ?? '') === 6;
    return {
      ...{ ...rest, parameters: { control, verb: set ? 'set' : 'release' } },
      ...(is6 ? { src6: srcIp, dst6: dstIp } : { src4: srcIp, dst4: dstIp }),
    };
  },
  read: ({ verb, control, src4, dst4, src6, dst6, id, dstPort, nocsum, tos, ttl }) => {
    const after = control === 'pipe' ? {} : { control: control as Control };
    if (verb === 'release') return { unset: true, ...after };
    const said = Object.entries({ id, dstPort, tos, ttl, nocsum }).filter(([, value]) => value);
    const set = { srcIp: src4 ?? src6, dstIp: dst4 ?? dst6, ...Object.fromEntries(said) } as TunnelHeader;
    return verb === 'set' ? { set: id === 0 ? { ...set, id } : set, ...after } : undefined;
  },
  words: ({ set, control }) => {
    const { srcIp, dstIp, id, dstPort, tos, ttl, nocsum } = set ?? {};
    const words = { src_ip: srcIp, dst_ip: dstIp, id, dst_port: dstPort, tos, ttl };
    return [
      ...['tunnel_key', set ? 'set' : 'unset'],
      ...Object.entries(words).flatMap(([word, value]) => (value === undefined ? [] : [word, String(value)])),
      ...(nocsum ? ['nocsum'] : []),
      ...controlWords(control),
    ];
  },
};
