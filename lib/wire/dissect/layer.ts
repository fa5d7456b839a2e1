/** One protocol of a frame, as a report shows it. */
export interface Layer {
  /** `Ethernet`, `802.1Q`, `ARP` … */
  layer: string;
  fields: [name: string, value: string][];
}

/** What a part of a frame says: in one line, and in full. */
export interface Dissection {
  line: string;
  /** From the outside in. */
  layers: Layer[];
  /** The parts of the line that the sender chose by chance, such as `id 4711`. */
  chosen: readonly string[];
}

export function dissection(
  line: string,
  layer: string,
  fields: Layer['fields'],
  chosen: readonly string[] = [],
): Dissection {
  return { line, layers: [{ layer, fields }], chosen };
}

/** A layer around another: the line is the inner one's. */
export function around(layer: string, fields: Layer['fields'], inner: Dissection): Dissection {
  return { ...inner, layers: [{ layer, fields }, ...inner.layers] };
}

/** What is there, but cannot be read: `truncated` below the least length, otherwise `malformed`. */
export function unreadable(layer: string, bytes: Buffer, least: number): Dissection {
  const problem = bytes.length < least ? 'truncated' : 'malformed';
  return dissection(`${layer} (${problem})`, layer, [[problem, count(bytes.length)]]);
}

/** `1 byte`, `12 bytes`. */
export function count(bytes: number): string {
  return `${bytes} ${bytes === 1 ? 'byte' : 'bytes'}`;
}

/** `0x0806`. */
export function hexadecimal(value: number, digits: number): string {
  return `0x${value.toString(16).padStart(digits, '0')}`;
}

/** Text from the wire: a terminal must never see its control characters. */
export function printable(bytes: Buffer): string {
  return bytes.toString().replaceAll(/[\p{C}\p{Z}\ufffd]/gu, (character) => (character === ' ' ? ' ' : '.'));
}
