import koffi from 'koffi';
import { SO_ATTACH_FILTER, SOL_SOCKET } from '../constants.ts';
import type { Socket } from './socket.ts';

// linux/filter.h, linux/bpf_common.h
const LOAD_HALF_WORD_AT = 0x28; // BPF_LD | BPF_H | BPF_ABS
const LOAD_BYTE_AT = 0x30; // BPF_LD | BPF_B | BPF_ABS
const LOAD_WORD_AT = 0x20; // BPF_LD | BPF_W | BPF_ABS
const JUMP_IF_EQUAL = 0x15; // BPF_JMP | BPF_JEQ | BPF_K
const RETURN = 0x06; // BPF_RET | BPF_K

const FPROG_LENGTH = 16;
const INSTRUCTION_LENGTH = 8;
const ETHERTYPE_AT = 12;
const WHOLE_FRAME = 0xffff_ffff;
/** From the IP header on (SKF_NET_OFF): a raw socket's own bytes begin behind it. */
const IP_HEADER = 0xfff0_0000;
const HOP_LIMIT_AT = 7;

/** Lets frames of one EtherType only into a packet socket's buffer: on a real NIC anything may be going on. */
export function keepEtherType(socket: Socket, etherType: number): void {
  keep(socket, LOAD_HALF_WORD_AT, ETHERTYPE_AT, etherType);
}

/** Lets packets of one hop limit only into a raw IPv6 socket's buffer. */
export function keepHopLimit(socket: Socket, hopLimit: number): void {
  keep(socket, LOAD_BYTE_AT, IP_HEADER + HOP_LIMIT_AT, hopLimit);
}

/** Lets only what has these four bytes at a place into a socket's buffer, so that no other traffic fills it. */
export function keepWord(socket: Socket, at: number, bytes: Buffer): void {
  keep(socket, LOAD_WORD_AT, at, bytes.readUInt32BE());
}

/** Lets in what has a value at a place. */
function keep(socket: Socket, load: number, at: number, value: number): void {
  const program = Buffer.concat([
    instruction(load, at),
    instruction(JUMP_IF_EQUAL, value, { otherwise: 1 }),
    instruction(RETURN, WHOLE_FRAME),
    instruction(RETURN, 0),
  ]);
  // struct sock_fprog: how many instructions, and where they are. One piece of memory with them, so that they are still
  // there when the kernel copies them (__get_filter).
  const memory = Buffer.concat([Buffer.alloc(FPROG_LENGTH), program]);
  memory.writeUInt16LE(program.length / INSTRUCTION_LENGTH, 0);
  memory.writeBigUInt64LE(koffi.address(memory) + BigInt(FPROG_LENGTH), 8);
  socket.setOption(SOL_SOCKET, SO_ATTACH_FILTER, memory.subarray(0, FPROG_LENGTH));
}

/** `struct sock_filter`: the code, how many instructions to skip when true and when false, and the operand. */
function instruction(code: number, operand: number, { otherwise = 0 } = {}): Buffer {
  const bytes = Buffer.alloc(INSTRUCTION_LENGTH);
  bytes.writeUInt16LE(code, 0);
  bytes.writeUInt8(otherwise, 3);
  bytes.writeUInt32LE(operand, 4);
  return bytes;
}
