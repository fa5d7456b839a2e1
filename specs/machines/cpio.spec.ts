import { execFileSync } from 'node:child_process';
import { expect, test } from 'vitest';
import { cpioArchive, DIRECTORY, PLAIN_FILE, PROGRAM } from '../../lib/machines/cpio.ts';
import { needs } from '../needs.ts';

needs('busybox');

// An initramfs, read by busybox's cpio.
test('busybox reads what was packed', () => {
  const archive = cpioArchive([
    { path: 'bin', mode: DIRECTORY },
    { path: 'bin/odd', content: 'abcde', mode: PROGRAM },
    { path: 'empty', mode: PLAIN_FILE },
    { path: 'grüße', content: Buffer.from([0, 1, 2, 255]), mode: PLAIN_FILE },
  ]);
  expect(archive.length % 4).toBe(0);
  const read = (...args: string[]) => execFileSync('busybox', ['cpio', ...args], { input: archive });
  const listing = read('-i', '-t', '-v')
    .toString()
    .split('\n')
    .filter((line) => line.includes('root') || line.includes('0/0'));
  expect(listing.map((line) => [line.slice(0, 10), line.split(' ').at(-1)])).toEqual([
    ['drwxr-xr-x', 'bin'],
    ['-rwxr-xr-x', 'bin/odd'],
    ['-rw-r--r--', 'empty'],
    ['-rw-r--r--', 'grüße'],
  ]);
  expect(read('-i', '--to-stdout', 'bin/odd').toString()).toBe('abcde');
  expect([...read('-i', '--to-stdout', 'grüße')]).toEqual([0, 1, 2, 255]);
});
