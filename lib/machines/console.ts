import { stripVTControlCharacters } from 'node:util';

/** panic(); reboot=… is not read, nor the line that ends it (`---[ end Kernel panic - …`). */
export const PANIC = /^Kernel panic - not syncing: .*/;
const TRAPS =
  'general protection fault|divide error|invalid opcode|stack segment|segment not present|invalid TSS|double fault|bounds|' +
  'alignment check|int3|fpu exception|simd exception|coprocessor segment overrun|iret exception';
/**
 * die(), oops_begin(): a bad access, BUG(), a fault in an interrupt. A trap stands before its number (`__die_header`: `divide
 * error: 0000 [#1]`). When a program traps, and not the kernel, the line begins with `traps: `.
 */
export const OOPS = new RegExp(
  '^(?:Oops: |kernel BUG at |BUG: unable to handle |BUG: kernel NULL pointer |' +
    `(?:${TRAPS}).{0,100}?: [\\da-f]{4} \\[#\\d+\\]).*`,
);

/** `[   12.345678] `, with CONFIG_PRINTK_CALLER also `[   12.345678][  T116] `. A program's text may stand before it. */
const PRINTED = /\[ *\d+\.\d+\](?:\[ *[TC]\d+\])? /;

/** What the kernel's own line says, behind its time. */
export function messageOf(line: string): string {
  const [stamp] = PRINTED.exec(line) ?? [];
  return stamp === undefined ? line : line.slice(line.indexOf(stamp) + stamp.length);
}

/**
 * What a console is to be quoted with: from the first sign of an oops or a panic on, for what follows is their effect;
 * the last lines where there is none.
 */
export function tellingLines(console: string): string[] {
  const lines = lastLines(console, Infinity);
  const first = lines.map(messageOf).findIndex((text) => PANIC.test(text) || OOPS.test(text));
  return first < 0 ? lines.slice(-20) : lines.slice(Math.max(0, first - 3), first + 40);
}

/** The last lines of a console, without what only a terminal needs. */
export function lastLines(console: string, count = 20): string[] {
  return linesOf(console)
    .filter((line) => line.trim() !== '')
    .slice(-count);
}

/** All of its lines, without what only a terminal needs. */
export function linesOf(console: string): string[] {
  // The firmware clears the screen, and the kernel's first lines come with carriage returns.
  return stripVTControlCharacters(console).replaceAll('\r', '').split('\n');
}

/** Gathers what comes in pieces, and passes on each whole line. */
export function eachLine(onLine: (line: string) => void): (text: string) => void {
  let rest = '';
  return (text) => {
    const lines = linesOf(rest + text);
    rest = lines.pop() ?? '';
    for (const line of lines) onLine(line);
  };
}
