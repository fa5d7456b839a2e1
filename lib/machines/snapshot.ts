import { createHash } from 'node:crypto';
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync, statSync, utimesSync } from 'node:fs';
import { basename, join } from 'node:path';
import { memoryFile } from '../kernel/memory-file.ts';
import { openNewFile, PRIVATE, writeNewFile } from '../report/write-file.ts';
import { cached, dropCached, kernelCache } from './cache.ts';
import type { Kernel } from './kernel.ts';
import { hasBuiltIn } from './kernel-config.ts';
import { type Extent, extentsOf, packExtents, unpackExtents } from './sparse-file.ts';

/**
 * What a kernel needs to go on from a snapshot: its root is plugged in afterwards, since QEMU saves no guest that has virtiofs;
 * and it takes new random numbers (`vmgenid_notify`), or all guests would have the same.
 */
const NEEDED = ['HOTPLUG_PCI_ACPI', 'VMGENID'];
/** Each has some 150 MB. */
const KEPT = 6;
const PREFIX = 'snapshot-';
const [MEMORY, DEVICES, CONSOLE, EXTENTS] = ['memory', 'devices', 'console.log', 'extents.json'];

/** Where a guest is kept that has booted and waits for its task. */
export interface Snapshot {
  /** The folder in the cache. */
  name: string;
  /** Undefined as long as no guest has been kept. */
  kept: KeptGuest | undefined;
}

export interface KeptGuest {
  /** The descriptor of a file in memory: all of the guest's memory. The caller closes it. */
  memory: number;
  /** What QEMU wrote of all else (its migration stream). */
  devices: Buffer;
  /** What the kernel said while it booted. What it reported then counts each time. */
  console: string;
}

/**
 * The snapshot of a kernel in a machine.
 *
 * @param parts all that it depends on beside the kernel: the initramfs, QEMU and its arguments
 * @param size of the memory, in bytes
 * @returns undefined for a kernel that cannot go on from one, or whose configuration is not at hand
 */
export function snapshotOf(kernel: Kernel, parts: readonly (string | Buffer)[], size: number): Snapshot | undefined {
  if (!hasBuiltIn(kernel, NEEDED)) return undefined;
  const sum = (content: string | Buffer) => createHash('sha256').update(content).digest('hex');
  const key = sum([readFileSync(kernel.image), ...parts].map(sum).join());
  const name = `${PREFIX}${key.slice(0, 32)}`;
  return { name, kept: load(join(kernelCache(), name), size) };
}

/** Keeps a guest that stands still. */
export function keepGuest(name: string, { memory, devices, console }: KeptGuest): void {
  const folder = cached(name, (staging) => {
    const extents = extentsOf(memory);
    const fd = openNewFile(join(staging, MEMORY), PRIVATE);
    try {
      packExtents(memory, fd, extents);
    } finally {
      closeSync(fd);
    }
    writeNewFile(join(staging, DEVICES), devices, PRIVATE);
    writeNewFile(join(staging, CONSOLE), console, PRIVATE);
    writeNewFile(join(staging, EXTENTS), JSON.stringify(extents), PRIVATE);
  });
  dropAllBut(basename(folder));
}

function load(folder: string, size: number): KeptGuest | undefined {
  const read = (name: string) => readFileSync(join(folder, name));
  let memory: number | undefined;
  try {
    const extents: Extent[] = JSON.parse(read(EXTENTS).toString());
    const [devices, console] = [read(DEVICES), read(CONSOLE).toString()];
    memory = memoryFile('guest-memory', Buffer.alloc(0));
    ftruncateSync(memory, size);
    const packed = openSync(join(folder, MEMORY), 'r');
    try {
      unpackExtents(packed, memory, extents);
    } finally {
      closeSync(packed);
    }
    const now = new Date();
    utimesSync(folder, now, now);
    return { memory, devices, console };
  } catch {
    // There is none, or another run drops it at this moment, or it is damaged: then the kernel boots.
    if (memory !== undefined) closeSync(memory);
    return undefined;
  }
}

/** Those that were used last stay. */
function dropAllBut(kept: string): void {
  const others = readdirSync(kernelCache())
    .filter((name) => name.startsWith(PREFIX) && name !== kept)
    .map((name) => ({ name, used: statSync(join(kernelCache(), name), { throwIfNoEntry: false })?.mtimeMs ?? 0 }));
  for (const { name } of others.toSorted((a, b) => b.used - a.used).slice(KEPT - 1)) dropCached(name);
}
