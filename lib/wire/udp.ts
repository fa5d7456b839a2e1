const HEADER = 8;

export interface UdpDatagram {
  sourcePort: number;
  destinationPort: number;
  payload: Uint8Array;
}

/** A datagram without a checksum, which IPv4 allows (RFC 768). */
export function encodeUdp({ sourcePort, destinationPort, payload }: UdpDatagram): Buffer {
  const header = Buffer.alloc(HEADER);
  header.writeUInt16BE(sourcePort, 0);
  header.writeUInt16BE(destinationPort, 2);
  header.writeUInt16BE(HEADER + payload.length, 4);
  return Buffer.concat([header, payload]);
}

/** Undefined for what is too short. */
export function decodeUdp(bytes: Buffer): (UdpDatagram & { payload: Buffer }) | undefined {
  if (bytes.length < HEADER) return undefined;
  return {
    sourcePort: bytes.readUInt16BE(0),
    destinationPort: bytes.readUInt16BE(2),
    payload: bytes.subarray(HEADER, Math.max(HEADER, bytes.readUInt16BE(4))),
  };
}
