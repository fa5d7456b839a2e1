import { bit, bits } from '../codec/bits.ts';
import { u32 } from '../codec/scalars.ts';
import { attribute } from '../codec/table.ts';
import { type ActionKind, actionTable, controlWords, parameters } from './tc-action.ts';
import type { Control } from './tc-control.ts';

/** Computes checksums again, after other actions have changed the packet. */
export interface Csum {
  update: readonly ChecksumOf[];
  /** @default 'pass' */
  control?: Control;
}

const FLAGS = {
  ip4h: bit('TCA_CSUM_UPDATE_FLAG_IPV4HDR', 1),
  icmp: bit('TCA_CSUM_UPDATE_FLAG_ICMP', 2),
  igmp: bit('TCA_CSUM_UPDATE_FLAG_IGMP', 4),
  tcp: bit('TCA_CSUM_UPDATE_FLAG_TCP', 8),
  udp: bit('TCA_CSUM_UPDATE_FLAG_UDP', 16),
  udplite: bit('TCA_CSUM_UPDATE_FLAG_UDPLITE', 32),
  sctp: bit('TCA_CSUM_UPDATE_FLAG_SCTP', 64),
};

type ChecksumOf = keyof typeof FLAGS;
export const CHECKSUMS = Object.keys(FLAGS) as ChecksumOf[];

export const csum: ActionKind<Csum> = {
  table: actionTable(
    'TCA_CSUM',
    { time: 2, padding: 3 },
    {
      parameters: attribute('TCA_CSUM_PARMS', 1, parameters('tc_csum', { update: bits(u32, FLAGS) })),
    },
  ),
  write: ({ update, control = 'pass' }) => ({
    parameters: { control, update: Object.fromEntries(update.map((name) => [name, true])) },
  }),
  read: ({ update, control }) => ({
    update: CHECKSUMS.filter((name) => (update as Record<string, boolean>)[name]),
    ...(control === 'pass' ? {} : { control: control as Control }),
  }),
  words: ({ update, control }) => ['csum', update.join(' and '), ...controlWords(control)],
};
