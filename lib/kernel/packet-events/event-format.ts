/** Where an event's record has its fields, by `events/…/format` of tracefs. */
export interface EventFormat {
  id: number;
  fields: Map<string, { offset: number; size: number }>;
  /** What `__print_symbolic` says of a number: the kernel's drop reasons, whose numbers change from version to version. */
  symbols: Map<number, string>;
}

export function parseFormat(text: string): EventFormat {
  const fields = new Map<string, { offset: number; size: number }>();
  for (const [, name = '', offset, size] of text.matchAll(
    /\bfield:.*?(\w+)(?:\[\d*\])?;\s*offset:(\d+);\s*size:(\d+);/g,
  ))
    fields.set(name, { offset: Number(offset), size: Number(size) });
  const symbols = new Map<number, string>();
  for (const [, number, name = ''] of text.matchAll(/\{ (\d+|0x[\da-f]+), "(\w+)" \}/g))
    symbols.set(Number(number), name);
  return { id: Number(/^ID: (\d+)$/m.exec(text)?.[1]), fields, symbols };
}

/** A field's number; undefined where this kernel's event has no such field. */
export function fieldOf({ fields }: EventFormat, record: Buffer, name: string): bigint | undefined {
  const field = fields.get(name);
  if (!field || field.offset + field.size > record.length) return undefined;
  return field.size === 8 ? record.readBigUInt64LE(field.offset) : BigInt(record.readUIntLE(field.offset, field.size));
}

/** A field's text: `__data_loc` says where in the record, and how long, it is. */
export function textOf(format: EventFormat, record: Buffer, name: string): string | undefined {
  const location = fieldOf(format, record, name);
  if (location === undefined) return undefined;
  const [at, length] = [Number(location & 0xffffn), Number((location >> 16n) & 0xffffn)];
  return record.toString('utf8', at, at + length).replace(/\0.*$/s, '');
}
