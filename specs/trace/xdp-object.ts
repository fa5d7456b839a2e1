import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { ipToBytes } from '../../lib/wire/ip-address.ts';

const HEADER = 64;
const SYMBOL = 24;
const EM_BPF = 247;
const [SHT_PROGBITS, SHT_SYMTAB, SHT_STRTAB] = [1, 2, 3];
const [SHF_ALLOC, SHF_EXECINSTR] = [2n, 4n];

interface Section {
  name: string;
  type: number;
  flags: bigint;
  body: Buffer;
}

/** XDP_DROP, XDP_PASS; TC_ACT_OK, TC_ACT_SHOT. */
export const [DROP, PASS, TC_PASS, TC_DROP] = [1, 2, 0, 2];

/** Writes what a compiler would make of a program that lets every packet pass, for `ip link set … xdp object`. */
export async function writeXdpObject(): Promise<string> {
  return await writeProgram('xdp', returning(PASS));
}

/** r0 = verdict; exit */
export function returning(verdict: number): Buffer {
  return Buffer.concat([instruction(0xb7, 0, verdict), instruction(0x95, 0, 0)]);
}

/** Verdicts of XDP in turns: r0 += 1 makes 1 (XDP_DROP) and 2 (XDP_PASS). */
export function passingInTurns(): Buffer {
  return inTurns(instruction(0x07, 0, 1));
}

/** Verdicts of a program at a route in turns: r0 <<= 1 makes 0 (BPF_OK) and 2 (BPF_DROP). */
export function passingAtRouteInTurns(): Buffer {
  return inTurns(instruction(0x67, 0, 1));
}

/** Verdicts of a program that no device has in turns: 0, which drops, and 1. */
export function acceptingInTurns(): Buffer {
  return inTurns(instruction(0x07, 0, 0));
}

/** r0 = bpf_ktime_get_ns(); r0 >>= 29; r0 &= 1: it is 0 and 1 in turns of 0.5 s, of which an instruction makes two verdicts; exit */
function inTurns(toVerdict: Buffer): Buffer {
  const turns = [instruction(0x85, 0, 5), instruction(0x77, 0, 29), instruction(0x57, 0, 1)];
  return Buffer.concat([...turns, toVerdict, instruction(0x95, 0, 0)]);
}

/** r1 = ifindex; r2 = 0, for egress; bpf_redirect; exit */
export function redirecting(ifindex: number): Buffer {
  return Buffer.concat([
    instruction(0xb7, 1, ifindex),
    instruction(0xb7, 2, 0),
    instruction(0x85, 0, 23),
    instruction(0x95, 0, 0),
  ]);
}

/** What is for one IPv4 address goes to another, with the checksum of the header mended: as `dnat` of a program of traffic control. */
export function translating(from: string, to: string): Buffer {
  const [before, after] = [ipToBytes(from), ipToBytes(to)];
  const [destination, checksum] = [30, 24];
  const steps = [
    // Keeps the packet in r6. A packet that is not IPv4 (by skb->protocol), or not for the address, jumps to the end.
    ...[instruction(0xbf, 0x16, 0), instruction(0x61, 0x12, 0, 16), instruction(0x55, 2, 0x0008, 16)],
    ...[instruction(0x20, 0, destination), instruction(0x55, 0, before.readInt32BE(), 14)],
    // bpf_skb_store_bytes(skb, destination, &after, 4, 0)
    ...[instruction(0x62, 10, after.readInt32LE(), -4), instruction(0xbf, 0x61, 0), instruction(0xb7, 2, destination)],
    ...[instruction(0xbf, 0xa3, 0), instruction(0x07, 3, -4), instruction(0xb7, 4, 4), instruction(0xb7, 5, 0)],
    instruction(0x85, 0, 9),
    // bpf_l3_csum_replace(skb, checksum, before, after, 4)
    ...[instruction(0xbf, 0x61, 0), instruction(0xb7, 2, checksum), instruction(0xb7, 3, before.readInt32LE())],
    ...[instruction(0xb7, 4, after.readInt32LE()), instruction(0xb7, 5, 4), instruction(0x85, 0, 10)],
  ];
  return Buffer.concat([...steps, returning(TC_PASS)]);
}

/** @param registers the destination, and the source times 16 */
function instruction(code: number, registers: number, value: number, offset = 0): Buffer {
  const bytes = Buffer.from([code, registers, 0, 0, 0, 0, 0, 0]);
  bytes.writeInt16LE(offset, 2);
  bytes.writeInt32LE(value, 4);
  return bytes;
}

/** An object file with one program, in a section of its name. */
export async function writeProgram(section: 'xdp' | 'tc', code: Buffer): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'hairpin-xdp-'));
  onTestFinished(() => rm(folder, { recursive: true }));
  const path = join(folder, 'program.o');
  await writeFile(path, elf(section, code));
  return path;
}

/** An ELF file with one function, in a section of its name. */
function elf(section: string, code: Buffer): Buffer {
  const names = Buffer.from(`\0${section}\0.strtab\0.symtab\0license\0`, 'latin1');
  const nameAt = (name: string) => names.indexOf(`\0${name}\0`) + 1;
  const symbols = Buffer.alloc(2 * SYMBOL);
  symbols.writeUInt32LE(nameAt(section), SYMBOL);
  // STB_GLOBAL, STT_FUNC; in section 1; its length
  symbols.writeUInt8(0x12, SYMBOL + 4);
  symbols.writeUInt16LE(1, SYMBOL + 6);
  symbols.writeBigUInt64LE(BigInt(code.length), SYMBOL + 16);
  const sections: Section[] = [
    { name: section, type: SHT_PROGBITS, flags: SHF_ALLOC | SHF_EXECINSTR, body: code },
    { name: '.strtab', type: SHT_STRTAB, flags: 0n, body: names },
    { name: '.symtab', type: SHT_SYMTAB, flags: 0n, body: symbols },
  ];
  // The first header stands for no section.
  const headers = [Buffer.alloc(HEADER)];
  const bodies: Buffer[] = [];
  let offset = HEADER;
  for (const { name, type, flags, body } of sections) {
    const header = Buffer.alloc(HEADER);
    header.writeUInt32LE(nameAt(name), 0);
    header.writeUInt32LE(type, 4);
    header.writeBigUInt64LE(flags, 8);
    header.writeBigUInt64LE(BigInt(offset), 24);
    header.writeBigUInt64LE(BigInt(body.length), 32);
    // Where the symbols' names are, the first symbol that is not local, and how long one is.
    if (type === SHT_SYMTAB) {
      header.writeUInt32LE(2, 40);
      header.writeUInt32LE(1, 44);
      header.writeBigUInt64LE(BigInt(SYMBOL), 56);
    }
    header.writeBigUInt64LE(8n, 48);
    headers.push(header);
    const padded = Buffer.concat([body, Buffer.alloc(-body.length & 7)]);
    bodies.push(padded);
    offset += padded.length;
  }
  const file = Buffer.alloc(HEADER);
  // 64 bits, little-endian, version 1; relocatable; where the section headers are, how long, how many, and the names' own.
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.writeUInt16LE(1, 16);
  file.writeUInt16LE(EM_BPF, 18);
  file.writeUInt32LE(1, 20);
  file.writeBigUInt64LE(BigInt(offset), 40);
  file.writeUInt16LE(HEADER, 52);
  file.writeUInt16LE(HEADER, 58);
  file.writeUInt16LE(headers.length, 60);
  file.writeUInt16LE(2, 62);
  return Buffer.concat([file, ...bodies, ...headers]);
}
