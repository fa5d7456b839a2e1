import { decodeEthernet, ETHERTYPE, encodeEthernet } from './ethernet.ts';
import { BROADCAST_MAC } from './mac-address.ts';

const MAGIC = Buffer.from('hairpin marker ');
/** What tells one marker from another has so many bytes. */
export const MARK_LENGTH = 8;

/** A broadcast that no stack has a use for: it is sent to see when a queue has let it through. */
export function encodeMarker(mark: Buffer): Buffer {
  return encodeEthernet({
    destination: BROADCAST_MAC,
    // Locally administered, and nobody's: a macvlan parent takes it for a frame from outside.
    source: '02:88:b5:00:00:01',
    etherType: ETHERTYPE.experimental,
    payload: Buffer.concat([MAGIC, mark]),
  });
}

/** The mark of such a frame, in hexadecimal; undefined for any other. */
export function markerOf(bytes: Buffer): string | undefined {
  // Asked of every frame that a tap has seen.
  if (bytes.length < 14 || bytes.readUInt16BE(12) !== ETHERTYPE.experimental) return undefined;
  const payload = decodeEthernet(bytes)?.payload;
  if (!payload?.subarray(0, MAGIC.length).equals(MAGIC)) return undefined;
  return payload.subarray(MAGIC.length, MAGIC.length + MARK_LENGTH).toString('hex');
}
