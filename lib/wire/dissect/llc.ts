import { around, count, type Dissection, dissection, hexadecimal, unreadable } from './layer.ts';
import { dissectStp } from './stp.ts';

const HEADER = 3;
/** The service access point of bridges (IEEE 802.1D clause 7.12.3). */
const STP = 0x42;

/** IEEE 802.2 LLC, which stands where a frame has a length instead of an EtherType. */
export function dissectLlc(bytes: Buffer): Dissection {
  if (bytes.length < HEADER) return unreadable('LLC', bytes, HEADER);
  const [dsap, ssap, control] = [bytes.readUInt8(0), bytes.readUInt8(1), bytes.readUInt8(2)];
  const fields: [string, string][] = [
    ['DSAP', hexadecimal(dsap, 2)],
    ['SSAP', hexadecimal(ssap, 2)],
    ['control', hexadecimal(control, 2)],
  ];
  const payload = bytes.subarray(HEADER);
  if (dsap === STP && ssap === STP) return around('LLC', fields, dissectStp(payload));
  return dissection(`LLC ${hexadecimal(dsap, 2)} ${hexadecimal(ssap, 2)}, ${count(payload.length)}`, 'LLC', fields);
}
