/** A topology as data, as a YAML file has it: the words of the library's own calls. Who builds it checks the values. */
export interface Topology {
  /** Whose settings the lab must have been made with. @default 'lab' */
  readonly defaults?: unknown;
  /** In the order in which they are made. */
  readonly namespaces: Readonly<Record<string, Mapping | null>>;
  /** Cables and other links, in the order in which they are made. */
  readonly links?: readonly Mapping[] | null;
}

/** Options by their names. */
export type Mapping = Readonly<Record<string, unknown>>;

/** Where something stands in a topology: `['links', 3, 'mtu']`. */
export type Path = readonly (string | number)[];

/** A device as a topology names it: of the namespace that it stands in, where it names none. */
export function deviceName(text: string, here: string): string {
  return text.includes('/') ? text : `${here}/${text}`;
}

/** Takes `host/up0` apart; `host` alone leaves the device's name to the lab. */
export function splitName(text: string): { namespace: string; device: string | undefined } {
  const at = text.indexOf('/');
  return at < 0 ? { namespace: text, device: undefined } : { namespace: text.slice(0, at), device: text.slice(at + 1) };
}

/** Whether a link has two ends, as a cable has. */
export function isPair(link: Mapping): boolean {
  return 'a' in link || 'b' in link;
}

/** One end of a cable, which may be said by its name alone. */
export function endOf(link: Mapping, which: 'a' | 'b'): Mapping {
  const end = link[which];
  return typeof end === 'string' ? { name: end } : (end as Mapping);
}
