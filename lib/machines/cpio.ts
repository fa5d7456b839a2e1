/** A file of an initramfs. `mode` is its type and permissions, as `stat` has them. */
export interface CpioEntry {
  path: string;
  content?: Uint8Array | string;
  mode: number;
}

export const DIRECTORY = 0o040755;
export const PROGRAM = 0o100755;
export const PLAIN_FILE = 0o100644;

/**
 * An archive in the format that the kernel unpacks as its first root (`init/initramfs.c`, "newc" in cpio(5)): owned by
 * root, of no date. A folder must come before what is in it.
 */
export function cpioArchive(entries: readonly CpioEntry[]): Buffer {
  return Buffer.concat([
    ...entries.flatMap((entry, index) => encode(entry, index + 1)),
    ...encode({ path: 'TRAILER!!!', mode: 0 }, 0),
  ]);
}

function encode({ path, mode, content = '' }: CpioEntry, inode: number): Buffer[] {
  const data = typeof content === 'string' ? Buffer.from(content) : Buffer.from(content);
  const name = Buffer.from(`${path}\0`);
  const [user, group, links, time, device, checksum] = [0, 0, 1, 0, 0, 0];
  const fields = [inode, mode, user, group, links, time, data.length, device, device, device, device, name.length];
  const header = `070701${[...fields, checksum].map((field) => field.toString(16).padStart(8, '0')).join('')}`;
  return [pad(Buffer.concat([Buffer.from(header), name])), pad(data)];
}

/** To a multiple of four: header with name, and data, both. */
function pad(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
