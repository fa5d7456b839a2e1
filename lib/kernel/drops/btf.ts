// linux/btf.h: kinds, and what follows the twelve bytes of each type; `n` is how many members it has.
const KIND_INT = 1;
const KIND_ARRAY = 3;
const KIND_STRUCT = 4;
const KIND_UNION = 5;
const KIND_ENUM = 6;
const KIND_FUNC_PROTO = 13;
const KIND_VAR = 14;
const KIND_DATASEC = 15;
const KIND_DECL_TAG = 17;
const KIND_ENUM64 = 19;
const LENGTHS: Record<number, (n: number) => number> = {
  [KIND_INT]: () => 4,
  [KIND_ARRAY]: () => 12,
  [KIND_STRUCT]: (n) => 12 * n,
  [KIND_UNION]: (n) => 12 * n,
  [KIND_ENUM]: (n) => 8 * n,
  [KIND_FUNC_PROTO]: (n) => 8 * n,
  [KIND_VAR]: () => 4,
  [KIND_DATASEC]: (n) => 12 * n,
  [KIND_DECL_TAG]: () => 4,
  [KIND_ENUM64]: (n) => 12 * n,
};
/** Typedefs and qualifiers stand for another type: typedef, volatile, const, restrict. */
const TRANSPARENT = new Set([8, 9, 10, 11]);

/** The kernel's own description of its structures (`/sys/kernel/btf/vmlinux`): each kernel lays them out in its own way. */
export class Btf {
  readonly #bytes: Buffer;
  readonly #strings: number;
  /** Where each type begins; numbers begin at 1. */
  readonly #types: number[] = [0];
  readonly #named = new Map<string, number>();

  /** @param wanted structures and enumerations to be asked for */
  constructor(bytes: Buffer, wanted: readonly string[]) {
    this.#bytes = bytes;
    // struct btf_header: its own length, then where types and strings are behind it.
    const [header, types, length, strings] = [4, 8, 12, 16].map((at) => bytes.readUInt32LE(at)) as [
      number,
      number,
      number,
      number,
    ];
    this.#strings = header + strings;
    // Each name stands once, so its place is enough to know it by: there are some hundred thousand types.
    const places = new Map(wanted.map((name) => [this.#placeOf(name), name]));
    for (let at = header + types; at < header + types + length; ) {
      const { kind, count } = this.#info(at);
      this.#types.push(at);
      const name = kind === KIND_STRUCT || kind === KIND_ENUM ? places.get(bytes.readUInt32LE(at)) : undefined;
      if (name !== undefined && !this.#named.has(name)) this.#named.set(name, at);
      at += 12 + (LENGTHS[kind]?.(count) ?? 0);
    }
  }

  /** Where a member of a structure is, in bytes: `ns.inum` of `net`. Undefined where this kernel has none. */
  offset(struct: string, path: string): number | undefined {
    const at = this.#named.get(struct);
    return at === undefined ? undefined : this.#find(at, path.split('.'));
  }

  /** The names of an enumeration's numbers. */
  names(enumeration: string): Map<number, string> {
    const at = this.#named.get(enumeration);
    if (at === undefined) return new Map();
    const members = Array.from({ length: this.#info(at).count }, (_, index) => at + 12 + 8 * index);
    return new Map(
      members.map((each) => [this.#bytes.readInt32LE(each + 4), this.#text(this.#bytes.readUInt32LE(each))]),
    );
  }

  #find(at: number, [first, ...rest]: readonly string[]): number | undefined {
    const { kind, count, hasBits } = this.#info(at);
    if (TRANSPARENT.has(kind)) return this.#find(this.#typeAt(at + 8), [first ?? '', ...rest]);
    if (kind !== KIND_STRUCT && kind !== KIND_UNION) return undefined;
    for (let member = at + 12; member < at + 12 + 12 * count; member += 12) {
      const name = this.#text(this.#bytes.readUInt32LE(member));
      const bits = this.#bytes.readUInt32LE(member + 8) & (hasBits ? 0xff_ffff : ~0);
      // Members of a structure without a name are those of the one around it.
      const inner =
        name === ''
          ? this.#find(this.#typeAt(member + 4), [first ?? '', ...rest])
          : name !== first
            ? undefined
            : rest.length === 0
              ? 0
              : this.#find(this.#typeAt(member + 4), rest);
      if (inner !== undefined) return bits / 8 + inner;
    }
    return undefined;
  }

  #typeAt(at: number): number {
    return this.#types[this.#bytes.readUInt32LE(at)] ?? 0;
  }

  #info(at: number): { kind: number; count: number; hasBits: boolean } {
    const info = this.#bytes.readUInt32LE(at + 4);
    return { kind: (info >>> 24) & 31, count: info & 0xffff, hasBits: info >>> 31 === 1 };
  }

  #placeOf(name: string): number {
    return this.#bytes.indexOf(`\0${name}\0`, this.#strings, 'latin1') + 1 - this.#strings;
  }

  #text(at: number): string {
    const start = this.#strings + at;
    return this.#bytes.toString('latin1', start, this.#bytes.indexOf(0, start));
  }
}
