import { ETHERTYPE } from './ethernet.ts';
import { bytesToMac } from './mac-address.ts';

/** The security tag of a MACsec frame (IEEE 802.1AE-2018 clause 9). */
export interface MacsecTag {
  /** The identifier of the secure channel: a MAC address and a port, as 16 hexadecimal digits. */
  sci: string;
  /** The number of the secure association, 0 to 3. */
  association: number;
  /** The lower 32 bits of the packet number. */
  number: number;
  /** What it carries was changed, by encryption say, and not signed alone. */
  isChanged: boolean;
}

const [TAG, LEAST] = [12, 20];
const [SCI, CHANGED, ASSOCIATION] = [0x20, 0x04, 0x03];
/** The port of a sender whose frames do not say it (`MACSEC_PORT_ES`). */
const ONLY_PORT = '0001';

/** Undefined for a frame without such a tag. */
export function macsecTagOf(frame: Buffer): MacsecTag | undefined {
  if (frame.length < LEAST || frame.readUInt16BE(TAG) !== ETHERTYPE.macsec) return undefined;
  const control = frame.readUInt8(TAG + 2);
  const hasSci = (control & SCI) !== 0;
  if (hasSci && frame.length < LEAST + 8) return undefined;
  const source = bytesToMac(frame.subarray(6, 12)).replaceAll(':', '');
  return {
    sci: hasSci ? frame.toString('hex', LEAST, LEAST + 8) : `${source}${ONLY_PORT}`,
    association: control & ASSOCIATION,
    number: frame.readUInt32BE(TAG + 4),
    isChanged: (control & CHANGED) !== 0,
  };
}
