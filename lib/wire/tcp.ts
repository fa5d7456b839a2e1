const HEADER = 20;

/** From bit 0 up, as tcpdump abbreviates them. */
const FLAGS = ['F', 'S', 'R', 'P', '.', 'U', 'E', 'W'] as const;
/** The order in which tcpdump prints them: `S.`, `F.`, `P.`; an ACK is the dot. */
const PRINTED = ['F', 'S', 'R', 'P', 'U', 'E', 'W', '.'] as const;

export interface TcpSegment {
  sourcePort: number;
  destinationPort: number;
  sequence: number;
  acknowledgement: number;
  /** tcpdump's letters: `S`, `S.`, `P.`; `none` for no flag at all. */
  flags: string;
  window: number;
  options: Buffer;
  payload: Buffer;
}

/** Undefined for what is too short, or has a header length below the least (RFC 9293 section 3.1). */
export function decodeTcp(bytes: Buffer): TcpSegment | undefined {
  if (bytes.length < HEADER) return undefined;
  const headerLength = (bytes.readUInt8(12) >> 4) * 4;
  if (headerLength < HEADER || bytes.length < headerLength) return undefined;
  return {
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    sequence: bytes.readUInt32BE(4),
    acknowledgement: bytes.readUInt32BE(8),
    flags: flagsOf(bytes.readUInt8(13)),
    window: bytes.readUInt16BE(14),
    options: bytes.subarray(HEADER, headerLength),
    payload: bytes.subarray(headerLength),
  };
}

function flagsOf(bits: number): string {
  const set = FLAGS.filter((_, bit) => (bits >> bit) & 1);
  return PRINTED.filter((flag) => set.includes(flag)).join('') || 'none';
}

/** The options that matter in a test, in tcpdump's words: `mss 1460`, `sackOK`, `wscale 7` … */
export function describeTcpOptions(options: Buffer): string[] {
  const described: string[] = [];
  for (let at = 0; at < options.length; ) {
    const kind = options.readUInt8(at);
    if (kind === 0) break;
    // NOP is the one other option without a length.
    const length = kind === 1 ? 1 : (options[at + 1] ?? 0);
    if (length === 0 || at + length > options.length) break;
    if (kind !== 1) described.push(describeTcpOption(kind, options.subarray(at + 2, at + length)));
    at += length;
  }
  return described;
}

function describeTcpOption(kind: number, value: Buffer): string {
  if (kind === 2 && value.length === 2) return `mss ${value.readUInt16BE(0)}`;
  if (kind === 3 && value.length === 1) return `wscale ${value.readUInt8(0)}`;
  if (kind === 4) return 'sackOK';
  if (kind === 8 && value.length === 8) return `timestamps ${value.readUInt32BE(0)} ${value.readUInt32BE(4)}`;
  return `option ${kind}`;
}
