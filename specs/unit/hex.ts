/** Bytes as a packet dump or an RFC shows them; white space is for the reader. */
export function hex(text: string): Buffer {
  return Buffer.from(text.replaceAll(/\s/g, ''), 'hex');
}
