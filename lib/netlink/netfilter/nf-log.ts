import { be16, be32, bytes, pad, string, u8 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';
import type { Reply } from '../message.ts';
import { type Request, requestOf } from '../request.ts';
import { netfilterBody, netfilterType } from './netfilter.ts';
import { frameAround, type SeenPacket } from './nft-trace.ts';

const NFULNL_MSG_PACKET = 0;
const NFULNL_MSG_CONFIG = 1;
const NFULNL_CFG_CMD_BIND = 1;
const NFULNL_COPY_PACKET = 2;

export const logConfig = netfilterBody(
  table({
    command: attribute('NFULA_CFG_CMD', 1, struct('nfulnl_msg_config_cmd', { command: u8 })),
    mode: attribute('NFULA_CFG_MODE', 2, struct('nfulnl_msg_config_mode', { range: be32, mode: u8, padding: pad(1) })),
    threshold: attribute('NFULA_CFG_QTHRESH', 5, be32),
  }),
);

export const logPacket = netfilterBody(
  table({
    header: attribute(
      'NFULA_PACKET_HDR',
      1,
      struct('nfulnl_msg_packet_hdr', { protocol: be16, hook: u8, padding: pad(1) }),
    ),
    iif: attribute('NFULA_IFINDEX_INDEV', 4, be32),
    oif: attribute('NFULA_IFINDEX_OUTDEV', 5, be32),
    payload: attribute('NFULA_PAYLOAD', 9, bytes),
    prefix: attribute('NFULA_PREFIX', 10, string),
  }),
);

/** Headers, and enough of the payload to know a packet by. */
const COPIED = 128;

const HOOKS = ['prerouting', 'input', 'forward', 'output', 'postrouting'] as const;

/** A packet that a rule logs. */
export interface LoggedPacket {
  /** What stands before the packet in a log: `TRACE: filter:FORWARD:rule:1 `. */
  prefix: string;
  hook: (typeof HOOKS)[number];
  seen: SeenPacket;
}

/** Has a socket told of what is logged to a group, each packet at once. `EBUSY` where somebody else has the group. */
export function listenToLog(group: number): Request[] {
  const config = (values: Parameters<typeof logConfig.write>[1]) =>
    requestOf(
      netfilterType('ulog', NFULNL_MSG_CONFIG),
      logConfig,
      { resource: group, ...values },
      { words: `listening to packet log ${group}` },
    );
  return [
    config({ command: { command: NFULNL_CFG_CMD_BIND } }),
    config({ mode: { range: COPIED, mode: NFULNL_COPY_PACKET }, threshold: 1 }),
  ];
}

/** Reads what the group's listener is told; undefined for any other message. */
export function decodeLog({ type, body }: Reply): LoggedPacket | undefined {
  if (type !== netfilterType('ulog', NFULNL_MSG_PACKET)) return undefined;
  const { header, prefix, payload, iif, oif } = logPacket.read(body);
  const hook = HOOKS[header?.hook ?? -1];
  return hook && prefix && payload ? { prefix, hook, seen: { frame: frameAround(payload), iif, oif } } : undefined;
}
