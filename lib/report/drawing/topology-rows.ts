import { visible } from '../../base/visible-text.ts';
import {
  namespaceOf,
  type Topology,
  type TopologyDevice,
  type TopologyEdge,
  type TopologyNamespace,
} from './topology.ts';

/** A namespace as lines of text: devices to the left and to the right of its name, on the side of what they are connected to. */
export interface Block {
  name: string;
  /** `[host]`, `{switch}`, `<router>`. */
  title: string;
  rows: Row[];
}

export interface Row {
  left: string;
  right: string;
  /** The keys of the devices whose edges end on either side of the row; of a device with edges on both, the same. */
  leftKey?: string;
  rightKey?: string;
}

/** A wire between two namespaces, by the keys of its devices. */
export interface WireEnds {
  left: string;
  right: string;
  /** Both namespaces stand in one column: it leaves both on the right. */
  back: boolean;
}

interface Entry {
  text: string;
  key?: string;
}

const BRACKETS = { host: '[]', switch: '{}', router: '<>' } as const;

export function blockOf(
  namespace: TopologyNamespace,
  { edges }: Topology,
  wires: readonly WireEnds[],
  addresses: boolean,
): Block {
  const { name, role, devices } = namespace;
  const outward = {
    left: new Set(wires.filter(({ back }) => !back).map(({ right }) => right)),
    right: new Set(wires.flatMap(({ left, right, back }) => (back ? [left, right] : [left]))),
  };
  const isOutward = ({ key }: TopologyDevice) => outward.left.has(key) || outward.right.has(key);
  const tree = new Tree(namespace, edges, isOutward, addresses);
  const tops = devices.filter(({ key }) => !tree.isNested(key));
  // What is made on a device stands with it, so all of them count.
  const side = Map.groupBy(tops, (top) => {
    const members = tree.membersOf(top);
    const [left, right] = [members.some((key) => outward.left.has(key)), members.some((key) => outward.right.has(key))];
    return left && right ? 'both' : left ? 'left' : right ? 'right' : 'none';
  });
  const through = (side.get('both') ?? []).flatMap((top) =>
    tree.entries(top, 'right').map((entry) => rowOfBoth(entry, outward)),
  );
  const first = (side.get('left') ?? []).flatMap((top) => alike(tree.entries(top, 'left')));
  const second = (side.get('right') ?? []).flatMap((top) => tree.entries(top, 'right'));
  // What is not connected stands on the side that others stand on.
  const lone = (side.get('none') ?? []).flatMap((top) => tree.entries(top, 'right'));
  if (first.length > 0 && second.length === 0 && through.length === 0) first.push(...alike(lone));
  else second.push(...lone);
  const rows = Array.from({ length: Math.max(first.length, second.length) }, (_, at) => rowOf(first[at], second[at]));
  const [open, close] = BRACKETS[role];
  return {
    name,
    title: `${open}${visible(name)}${close}`,
    rows: through.length + rows.length > 0 ? [...through, ...rows] : [{ left: '', right: '' }],
  };
}

/** The left side ends at the name, but what stands below a device begins where the device does. */
function alike(entries: readonly Entry[]): Entry[] {
  const width = Math.max(0, ...entries.map(({ text }) => [...text].length));
  return entries.map((entry) => ({ ...entry, text: entry.text + ' '.repeat(width - [...entry.text].length) }));
}

function rowOf(left: Entry | undefined, right: Entry | undefined): Row {
  return {
    ...{ left: left?.text ?? '', right: right?.text ?? '' },
    ...(left?.key === undefined ? {} : { leftKey: left.key }),
    ...(right?.key === undefined ? {} : { rightKey: right.key }),
  };
}

/** A device that is connected on both sides stands on the right; its line from the left passes the name. */
function rowOfBoth({ text, key }: Entry, outward: Record<'left' | 'right', ReadonlySet<string>>): Row {
  const on = (side: 'left' | 'right') => key !== undefined && outward[side].has(key);
  return {
    ...{ left: '', right: text },
    ...(key !== undefined && on('left') ? { leftKey: key } : {}),
    ...(key !== undefined && on('right') ? { rightKey: key } : {}),
  };
}

/** What is made on what within a namespace. */
class Tree {
  readonly #devices: readonly TopologyDevice[];
  readonly #under = new Map<string, string>();
  /** `port of br0`, `master bond0`. */
  readonly #masters = new Map<string, string>();
  readonly #isOutward: (device: TopologyDevice) => boolean;
  readonly #addresses: boolean;

  constructor(
    { devices }: TopologyNamespace,
    edges: readonly TopologyEdge[],
    isOutward: (device: TopologyDevice) => boolean,
    addresses: boolean,
  ) {
    this.#devices = devices;
    this.#isOutward = isOutward;
    this.#addresses = addresses;
    const here = new Set(devices.map(({ key }) => key));
    for (const { kind, from, to, member } of edges) {
      if (!here.has(from) || namespaceOf(from) !== namespaceOf(to)) continue;
      // A bridge has several ports, and stands for itself.
      if (member) this.#masters.set(to, `${member} ${from.slice(namespaceOf(from).length + 1)}`);
      else this.#under.set(...((kind === 'parent' ? [from, to] : [to, from]) as [string, string]));
    }
  }

  isNested(key: string): boolean {
    return this.#under.has(key);
  }

  /** The keys of a device and of all that is made on it. */
  membersOf({ key }: TopologyDevice): string[] {
    const on = this.#devices.filter((each) => this.#under.get(each.key) === key);
    return [key, ...on.flatMap((each) => this.membersOf(each))];
  }

  /** A device and those on it: a single one in its line, several below it. */
  entries(device: TopologyDevice, side: 'left' | 'right'): Entry[] {
    const on = this.#devices.filter(({ key }) => this.#under.get(key) === device.key);
    const text = this.#textOf(device);
    const [only, ...others] = on;
    if (only && others.length === 0 && !this.#isOutward(only)) {
      const [{ text: above } = { text: '' }, ...more] = this.entries(only, side);
      const line = side === 'left' ? `${text} ─ ${above}` : `${above} ─ ${text}`;
      return [{ text: line, key: device.key }, ...more];
    }
    const below = on.flatMap((each, at) => {
      const [first, ...rest] = this.entries(each, side);
      const isLast = at === on.length - 1;
      return [
        { ...first, text: `${isLast ? '└' : '├'} ${first?.text}` },
        ...rest.map((entry) => ({ ...entry, text: `${isLast ? ' ' : '│'} ${entry.text}` })),
      ];
    });
    return [{ text, key: device.key }, ...below];
  }

  #textOf({ key, name, kind, plain, addresses, notes, fault }: TopologyDevice): string {
    const master = this.#masters.get(key);
    const words = [
      ...(plain ? [] : [kind]),
      ...(master === undefined ? [] : [master]),
      ...(fault === 'down' ? [fault] : []),
      ...notes,
    ];
    const shown = [name, ...(this.#addresses ? addresses : []), ...(words.length > 0 ? [`(${words.join(', ')})`] : [])];
    return visible(shown.join(' '));
  }
}
