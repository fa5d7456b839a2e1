import { readCString } from '../kernel/bytes.ts';
import { decodeAttributes } from './attribute.ts';
import type { Reply } from './message.ts';
import { attributesOf, netfilterHeader } from './netfilter.ts';
import { be32 } from './nf-expression.ts';
import { frameAround, type SeenPacket } from './nft-trace.ts';
import type { Message } from './raw.ts';

// linux/netfilter/nfnetlink_log.h
const NFNL_SUBSYS_ULOG = 4;
const NFULNL_MSG_PACKET = 0;
const NFULNL_MSG_CONFIG = 1;
const NFULA_CFG_CMD = 1;
const NFULA_CFG_MODE = 2;
const NFULA_CFG_QTHRESH = 5;
const NFULNL_CFG_CMD_BIND = 1;
const NFULNL_COPY_PACKET = 2;
const NFULA_PACKET_HDR = 1;
const NFULA_IFINDEX_INDEV = 4;
const NFULA_IFINDEX_OUTDEV = 5;
const NFULA_PAYLOAD = 9;
const NFULA_PREFIX = 10;

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
export function listenToLog(group: number): Message[] {
  const config = (attributes: Message['attributes']): Message => ({
    type: (NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_CONFIG,
    flags: 0,
    header: netfilterHeader(undefined, group),
    attributes,
  });
  return [
    config([[NFULA_CFG_CMD, Buffer.of(NFULNL_CFG_CMD_BIND)]]),
    // struct nfulnl_msg_config_mode: how much, which mode, a byte of padding.
    config([
      [NFULA_CFG_MODE, Buffer.concat([be32(COPIED), Buffer.of(NFULNL_COPY_PACKET, 0)])],
      [NFULA_CFG_QTHRESH, be32(1)],
    ]),
  ];
}

/** Reads what the group's listener is told; undefined for any other message. */
export function decodeLog({ type, body }: Reply): LoggedPacket | undefined {
  if (type !== ((NFNL_SUBSYS_ULOG << 8) | NFULNL_MSG_PACKET)) return undefined;
  const of = decodeAttributes(attributesOf(body));
  // struct nfulnl_msg_packet_hdr: protocol, hook.
  const hook = HOOKS[of.get(NFULA_PACKET_HDR)?.[2] ?? -1];
  const [prefix, payload] = [of.get(NFULA_PREFIX), of.get(NFULA_PAYLOAD)];
  if (!hook || !prefix || !payload) return undefined;
  const [iif, oif] = [NFULA_IFINDEX_INDEV, NFULA_IFINDEX_OUTDEV].map((device) => of.get(device)?.readUInt32BE(0));
  return { prefix: readCString(prefix), hook, seen: { frame: frameAround(payload), iif, oif } };
}
