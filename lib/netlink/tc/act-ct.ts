import { familyOf } from '../../wire/ip-address.ts';
import { bit, bits } from '../codec/bits.ts';
import { be16, ip4, ip6, u16 } from '../codec/scalars.ts';
import { attribute } from '../codec/table.ts';
import { markValue } from './act-skbedit.ts';
import { partsRow, type Said } from './masked.ts';
import { type ActionKind, actionTable, controlWords, parameters } from './tc-action.ts';
import type { Control } from './tc-control.ts';

/** Looks a packet up among the connections: `ctState` of a later filter sees what it found. */
export interface Ct {
  /** Keep the connection of the packet. */
  commit?: true;
  /** Forget one that began at the other end. */
  force?: true;
  /** Forget what was found. It stands alone. */
  clear?: true;
  /** Connections of one zone are apart from those of another, 0 to 65535. @default 0 */
  zone?: number;
  /** The mark of the connection: `5`, or `'0x5/0xff'` for some of its bits. */
  mark?: Said;
  /** Change addresses as the connection has it; with `src` or `dst`, this is how. */
  nat?: CtNat;
  /** @default 'pipe' */
  control?: Control;
}

interface CtNat {
  /** An address, or several: `'10.0.0.1-10.0.0.9'`. */
  src?: string;
  dst?: string;
  /** A port, or several: `'1000-2000'`. */
  port?: string | number;
}

const VERBS = {
  commit: bit('TCA_CT_ACT_COMMIT', 1),
  force: bit('TCA_CT_ACT_FORCE', 2),
  clear: bit('TCA_CT_ACT_CLEAR', 4),
  nat: bit('TCA_CT_ACT_NAT', 8),
  src: bit('TCA_CT_ACT_NAT_SRC', 16),
  dst: bit('TCA_CT_ACT_NAT_DST', 32),
};

export const ct: ActionKind<Ct> = {
  table: actionTable(
    'TCA_CT',
    { time: 2, padding: 15 },
    {
      parameters: attribute('TCA_CT_PARMS', 1, parameters('tc_ct', {})),
      verbs: attribute('TCA_CT_ACTION', 3, bits(u16, VERBS)),
      zone: attribute('TCA_CT_ZONE', 4, u16),
      mark: partsRow(['TCA_CT_MARK', 5], ['TCA_CT_MARK_MASK', 6], markValue),
      least4: attribute('TCA_CT_NAT_IPV4_MIN', 9, ip4),
      most4: attribute('TCA_CT_NAT_IPV4_MAX', 10, ip4),
      least6: attribute('TCA_CT_NAT_IPV6_MIN', 11, ip6),
      most6: attribute('TCA_CT_NAT_IPV6_MAX', 12, ip6),
      leastPort: attribute('TCA_CT_NAT_PORT_MIN', 13, be16),
      mostPort: attribute('TCA_CT_NAT_PORT_MAX', 14, be16),
    },
  ),
  write: ({ commit, force, clear, zone, mark, nat, control = 'pipe' }) => {
    const verbs = { commit, force, clear, nat, src: nat?.src, dst: nat?.dst };
    return {
      ...{ parameters: { control }, zone, mark, ...natOf(nat ?? {}) },
      verbs: Object.fromEntries(Object.entries(verbs).map(([verb, said]) => [verb, Boolean(said)])),
    };
  },
  read: ({ verbs, zone, mark, control, ...range }) => {
    const { commit, force, clear, nat, src, dst } = Object(verbs) as Record<keyof typeof VERBS, boolean>;
    // The half of a mark.
    if (typeof mark === 'object') return undefined;
    return {
      ...(commit ? { commit } : {}),
      ...(force ? { force } : {}),
      ...(clear ? { clear } : {}),
      ...(zone ? { zone } : {}),
      ...(mark === undefined ? {} : { mark }),
      ...(nat ? { nat: readNat(src ? 'src' : dst ? 'dst' : undefined, range) } : {}),
      ...(control === 'pipe' ? {} : { control }),
    } as Ct;
  },
  words: ({ commit, force, clear, zone, mark, nat, control }) => {
    const [side, address] = Object.entries({ src: nat?.src, dst: nat?.dst }).find(([, said]) => said) ?? [];
    return [
      ...['ct', ...(commit ? ['commit'] : []), ...(force ? ['force'] : []), ...(clear ? ['clear'] : [])],
      ...(zone === undefined ? [] : ['zone', String(zone)]),
      ...(mark === undefined ? [] : ['mark', String(mark)]),
      ...(nat ? ['nat'] : []),
      ...(side && address ? [side, 'addr', address] : []),
      ...(nat?.port === undefined ? [] : ['port', String(nat.port)]),
      // tc wants a word behind a nat without an address (parse_ct).
      ...controlWords(control ?? (nat && !side ? 'pipe' : undefined)),
    ];
  },
};

function natOf({ src, dst, port }: CtNat): object {
  const [least, most = least] = (src ?? dst)?.split('-') ?? [];
  const [leastPort, mostPort = leastPort] = port === undefined ? [] : String(port).split('-').map(Number);
  const is4 = least !== undefined && familyOf(least) === 4;
  return { ...(is4 ? { least4: least, most4: most } : { least6: least, most6: most }), leastPort, mostPort };
}

function readNat(side: 'src' | 'dst' | undefined, range: Record<string, unknown>): CtNat {
  const { least4, most4, least6, most6, leastPort, mostPort } = range;
  const [least, most] = [least4 ?? least6, most4 ?? most6];
  const ports = leastPort === mostPort ? leastPort : `${leastPort}-${mostPort}`;
  return {
    ...(side && least !== undefined ? { [side]: least === most ? least : `${least}-${most}` } : {}),
    ...(leastPort === undefined ? {} : { port: ports as string | number }),
  };
}
