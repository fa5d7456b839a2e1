/** A pcapng reader as the draft has it, written apart from the encoder: it believes no length that it has not checked. */

export interface Block {
  type: number;
  /** What stands before the options. */
  fixed: Buffer;
  options: { code: number; value: Buffer }[];
}

/** The bytes before the options, and before them the packet data, by block type (sections 4.1 to 4.3). */
const FIXED: Record<number, (body: Buffer) => number> = {
  168627466: () => 16,
  1: () => 8,
  6: (body) => 20 + roundUp(body.readUInt32LE(12)),
};

export function readBlocks(file: Buffer): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < file.length) {
    const type = file.readUInt32LE(at);
    const length = file.readUInt32LE(at + 4);
    if (length % 4 !== 0 || length < 12) throw new Error(`block ${blocks.length} is ${length} bytes long`);
    if (file.readUInt32LE(at + length - 4) !== length) throw new Error(`block ${blocks.length} ends in another length`);
    blocks.push(readBlock(type, file.subarray(at + 8, at + length - 4)));
    at += length;
  }
  if (at !== file.length) throw new Error('the last block is cut off');
  return blocks;
}

function readBlock(type: number, body: Buffer): Block {
  const fixedLength = FIXED[type]?.(body);
  if (fixedLength === undefined) throw new Error(`no block type ${type}`);
  return { type, fixed: body.subarray(0, fixedLength), options: readOptions(body.subarray(fixedLength)) };
}

function readOptions(bytes: Buffer): Block['options'] {
  const options: Block['options'] = [];
  let at = 0;
  while (at < bytes.length) {
    const [code, length] = [bytes.readUInt16LE(at), bytes.readUInt16LE(at + 2)];
    const end = at + 4 + roundUp(length);
    if (end > bytes.length) throw new Error(`option ${code} is longer than its block`);
    if (bytes.subarray(at + 4 + length, end).some(Boolean)) throw new Error(`option ${code} has padding that is not 0`);
    if (code === 0) {
      if (length !== 0 || end !== bytes.length) throw new Error('opt_endofopt is not the end');
      return options;
    }
    options.push({ code, value: bytes.subarray(at + 4, at + 4 + length) });
    at = end;
  }
  if (options.length > 0) throw new Error('opt_endofopt is missing');
  return options;
}

function roundUp(length: number): number {
  return Math.ceil(length / 4) * 4;
}
