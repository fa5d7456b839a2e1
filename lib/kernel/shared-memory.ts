import koffi from 'koffi';
import { library } from './libc.ts';

// asm-generic/mman.h
const PROT_READ = 1;
const PROT_WRITE = 2;
const MAP_SHARED = 1;
const MAP_FAILED = 2n ** 64n - 1n;

const mmap = library.func('void *mmap(void *, size_t, int, int, int, intptr_t)') as unknown as (
  ...args: [address: null, length: number, protection: number, flags: number, fd: number, offset: number]
) => bigint;
const munmap = library.func('int munmap(void *, size_t)') as unknown as (address: bigint, length: number) => number;

/** Memory that is the kernel's as well. */
export interface SharedMemory {
  bytes: Buffer;
  unmap: () => void;
}

/** What a descriptor shares with the kernel, for reading and writing; undefined where `mmap` fails. */
export function mapShared(fd: number, length: number): SharedMemory | undefined {
  const address = mmap(null, length, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
  if (address === MAP_FAILED) return undefined;
  return { bytes: Buffer.from(koffi.view(address, length)), unmap: () => munmap(address, length) };
}
