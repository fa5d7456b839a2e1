/** One VLAN, or several in a row, as in `bridge vlan add vid 100-199`; and so of tunnels. */
export type VlanIds = number | `${number}-${number}`;

/** Puts members that follow one another into rows: the first and the last member of each. */
export function rowsOf<T>(members: readonly T[], isNext: (last: T, next: T) => boolean): [first: T, last: T][] {
  const rows: [first: T, last: T][] = [];
  for (const member of members) {
    const row = rows.at(-1);
    if (row && isNext(row[1], member)) row[1] = member;
    else rows.push([member, member]);
  }
  return rows;
}

export function membersOf({ first, last }: { first: number; last: number }): number[] {
  return Array.from({ length: last - first + 1 }, (_, at) => first + at);
}

/** The first and the last of some VLANs, or of some tunnels. */
export function rangeOf(ids: VlanIds): [first: number, last: number] {
  const [first = 0, last = first] = String(ids).split('-').map(Number);
  return [first, last];
}

/** VLANs in a row, or tunnels, as `bridge vlan` takes them: `10`, `'100-199'`. */
export function idsOf(first: number, last: number): VlanIds {
  return first === last ? first : `${first}-${last}`;
}
