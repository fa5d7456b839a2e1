/** A .netdev or .network file with its drop-ins, read as systemd reads them: later lines win. */
export class Unit {
  readonly name: string;
  readonly #sections: Section[] = [];

  constructor(name: string, ...texts: string[]) {
    this.name = name;
    for (const line of texts.flatMap((text) => text.split('\n')).map((each) => each.trim())) {
      const [, section] = /^\[(.+)\]$/.exec(line) ?? [];
      const [, key, value] = /^([^#;=][^=]*?)\s*=\s*(.*)$/.exec(line) ?? [];
      if (section !== undefined) this.#sections.push({ name: section, lines: [] });
      else if (key !== undefined && value !== undefined) this.#sections.at(-1)?.lines.push({ key, value });
    }
  }

  /** The last value of a key; undefined where there is none. */
  get(section: string, key: string): string | undefined {
    return this.all(section, key).at(-1);
  }

  all(section: string, key: string): string[] {
    return this.#sections.flatMap(({ name, lines }) => (name === section ? valuesOf(lines, key) : []));
  }

  /** The values of the keys of each section of a name, in their order. */
  each(section: string, ...keys: string[]): (string | undefined)[][] {
    const some = this.#sections.filter(({ name }) => name === section);
    return some.map(({ lines }) => keys.map((key) => valuesOf(lines, key).at(-1)));
  }

  isOn(section: string, key: string): boolean {
    return /^(yes|true|1|on)$/.test(this.get(section, key) ?? '');
  }

  /** Of a .network file: the names that it matches. */
  get matches(): string[] {
    return this.all('Match', 'Name').flatMap((value) => value.split(/\s+/));
  }
}

interface Section {
  name: string;
  lines: { key: string; value: string }[];
}

function valuesOf(lines: Section['lines'], key: string): string[] {
  return lines.filter((line) => line.key === key).map(({ value }) => value);
}
