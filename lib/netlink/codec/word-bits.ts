import type { Masked } from '../tc/masked.ts';

/** Bits of which each is asked for, or asked to be off. */
export function wordBits(
  size: 2 | 4,
  masks: Readonly<Record<string, number>>,
  { on, off, between, isLittle }: { on: string; off: string; between: string; isLittle: boolean },
): Pick<Masked, 'size' | 'split' | 'join'> {
  const [read, write] = isLittle ? (['readUIntLE', 'writeUIntLE'] as const) : (['readUIntBE', 'writeUIntBE'] as const);
  const words = Object.entries(masks).flatMap(([name, mask]) => [
    { word: `${on}${name}`, mask, value: mask },
    { word: `${off}${name}`, mask, value: 0 },
  ]);
  const bytesOf = (all: readonly number[]) => {
    const bytes = Buffer.alloc(size);
    bytes[write](
      all.reduce((sum, each) => sum | each, 0),
      0,
      size,
    );
    return bytes;
  };
  return {
    size,
    split: (given) => {
      if (typeof given !== 'string') return undefined;
      const parts = given.split(between === '' ? /(?=[+-])/ : between);
      const found = parts.map((part) => words.find(({ word }) => word === part));
      const known = found.filter((each) => each !== undefined);
      if (known.length < parts.length || new Set(known.map(({ mask }) => mask)).size < known.length) return undefined;
      return { value: bytesOf(known.map(({ value }) => value)), mask: bytesOf(known.map(({ mask }) => mask)) };
    },
    join: (value, mask = value) => {
      const [set, meant] = [value[read](0, size), mask[read](0, size)];
      const said = words.filter((each) => (meant & each.mask) !== 0 && (set & each.mask) === each.value);
      const rest = Object.values(masks).reduce((left, each) => left & ~each, meant);
      return [...said.map(({ word }) => word), ...(rest === 0 ? [] : [String(rest)])].join(between);
    },
  };
}
