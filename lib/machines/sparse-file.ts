import { fstatSync, readSync, writeSync } from 'node:fs';
import { lseek } from '../kernel/libc.ts';

/** A part of a file that is not a hole, in bytes. */
export interface Extent {
  offset: number;
  length: number;
}

const SEEK_DATA = 3;
const SEEK_HOLE = 4;
const PIECE = 2 ** 20;

/** What of a file is not a hole (lseek(2), `SEEK_DATA`): of a guest's memory, what the guest has touched. */
export function extentsOf(fd: number): Extent[] {
  const extents: Extent[] = [];
  const { size } = fstatSync(fd);
  for (let end = 0; end < size; ) {
    const offset = lseek(fd, end, SEEK_DATA);
    // ENXIO: there is no more.
    if (offset < 0) break;
    end = lseek(fd, offset, SEEK_HOLE);
    extents.push({ offset, length: end - offset });
  }
  return extents;
}

/** Copies the extents of a file into another, one behind the other. */
export function packExtents(from: number, to: number, extents: readonly Extent[]): void {
  let at = 0;
  for (const { offset, length } of extents) {
    copy(from, offset, to, at, length);
    at += length;
  }
}

/** Copies what {@link packExtents} has written to where it was. */
export function unpackExtents(from: number, to: number, extents: readonly Extent[]): void {
  let at = 0;
  for (const { offset, length } of extents) {
    copy(from, at, to, offset, length);
    at += length;
  }
}

function copy(from: number, fromOffset: number, to: number, toOffset: number, length: number): void {
  const buffer = Buffer.allocUnsafe(Math.min(length, PIECE));
  for (let done = 0; done < length; ) {
    const read = readSync(from, buffer, 0, Math.min(buffer.length, length - done), fromOffset + done);
    if (read === 0) throw new Error(`the file ends ${length - done} bytes too early`);
    for (let written = 0; written < read; )
      written += writeSync(to, buffer, written, read - written, toOffset + done + written);
    done += read;
  }
}
