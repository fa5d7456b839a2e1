import type { Interface, Lab, Namespace } from '../../lib/lab/index.ts';
import type { Unit } from './unit.ts';

/** A device as `ip -j -d link` has it. */
export interface IpLink {
  ifname: string;
  /** The device below, or the other end of a pair; null of a tunnel that is bound to none. */
  link?: string | null;
  master?: string;
  flags: string[];
  linkinfo?: { info_kind?: string; info_data?: Record<string, unknown> };
}

/**
 * The host of a case, and the one at the other end of each of its cables. The other end of what networkd has made is made
 * when it is asked for, turned round.
 */
export class Ends {
  readonly lab: Lab;
  readonly host: Namespace;
  readonly far: Namespace;
  readonly netdevs: ReadonlyMap<string, Unit>;
  /** What a frame that leaves by a device of the host comes in at. */
  readonly #opposites = new Map<string, string>();
  #count = 0;
  #mirror: string | undefined;

  constructor(lab: Lab, units: readonly Unit[]) {
    this.lab = lab;
    [this.host, this.far] = [lab.namespace('host'), lab.namespace('far')];
    this.netdevs = new Map(units.map((unit) => [unit.get('NetDev', 'Name') ?? '', unit]));
  }

  /** A cable to the far end, without addresses. */
  plug(name: string): string {
    const ends = { a: { name, address: false }, b: { name: this.newName(), address: false } } as const;
    this.#opposites.set(name, this.lab.cable(this.host, this.far, ends).b.name);
    return name;
  }

  newName(): string {
    return `x${this.#count++}`;
  }

  /** The name of a tunnel's other end. Those before it go: they would take its packets. */
  async newMirror(): Promise<string> {
    if (this.#mirror !== undefined) await this.onFar(`link del ${this.#mirror}`);
    this.#mirror = undefined;
    return this.newName();
  }

  /** Remembers a tunnel's other end, once it is there. */
  setMirror(name: string): void {
    this.#mirror = name;
  }

  async links(): Promise<IpLink[]> {
    const { stdout } = await this.host.exec('ip', ['-j', '-d', 'link']);
    return JSON.parse(String(stdout));
  }

  async link(name: string): Promise<IpLink> {
    const found = (await this.links()).find(({ ifname }) => ifname === name);
    if (!found) throw new Error(`there is no ${name}`);
    return found;
  }

  /** `ip` with these words at the host. */
  async onHost(words: string): Promise<void> {
    await this.host.exec('ip', words.split(' '));
  }

  /** `ip` with these words at the far end. */
  async onFar(words: string): Promise<void> {
    await this.far.exec('ip', words.split(' '));
  }

  interface(name: string): Interface {
    return this.host.interface(name);
  }

  /** @throws Error where it is known to have none */
  async opposite(name: string): Promise<string> {
    const known = this.#opposites.get(name);
    if (known !== undefined) return known;
    const made = await this.#make(await this.link(name));
    this.#opposites.set(name, made);
    return made;
  }

  /** The device by which a tunnel's packets leave, and the one at the far end. A tunnel that names no device gets a new cable. */
  async below(name: string): Promise<{ near: string; far: string }> {
    const { linkinfo, link } = await this.link(name);
    const bound = link ?? (linkinfo?.info_data?.['link'] as string | undefined);
    const near = bound === undefined || bound === 'lo' ? this.plug(this.newName()) : bound;
    return { near, far: await this.opposite(near) };
  }

  async #make({
    ifname,
    link,
    linkinfo: { info_kind: kind = '', info_data: data = {} } = {},
  }: IpLink): Promise<string> {
    if (kind === 'veth' && link) {
      await this.onHost(`link set dev ${link} netns ${this.far.path}`);
      return link;
    }
    if (kind === 'bridge') return this.opposite((await this.#members(ifname, 1))[0] as string);
    if (kind === 'vrf') return this.opposite((await this.#members(ifname, 1))[0] as string);
    if (kind === 'bond') return this.#bond(ifname, String(data['mode']));
    if (!link) throw new Error(`${kind || 'this device'} has no other end`);
    const below = await this.opposite(link);
    if (kind !== 'vlan') return below;
    const name = this.newName();
    const { id, protocol } = data;
    await this.onFar(`link add link ${below} name ${name} up type vlan protocol ${protocol} id ${id}`);
    return name;
  }

  async #bond(name: string, mode: string): Promise<string> {
    const members = await this.#members(name, 2);
    const far = this.newName();
    // A broadcast bond reaches each member, whichever of them is the active one.
    await this.onFar(`link add ${far} type bond miimon 100 mode ${mode === '802.3ad' ? mode : 'broadcast'}`);
    for (const member of members) {
      const end = await this.opposite(member);
      await this.onFar(`link set ${end} down`);
      await this.onFar(`link set ${end} master ${far}`);
    }
    await this.onFar(`link set ${far} up`);
    return far;
  }

  /** Those that the case has given a device; so many cables where it has given it none. */
  async #members(master: string, atLeast: number): Promise<string[]> {
    const members = (await this.links()).filter((each) => each.master === master).map(({ ifname }) => ifname);
    if (members.length > 0) return members;
    const added = Array.from({ length: atLeast }, () => this.plug(this.newName()));
    for (const each of added) {
      await this.onHost(`link set ${each} down`);
      await this.onHost(`link set ${each} master ${master}`);
      await this.onHost(`link set ${each} up`);
    }
    return added;
  }
}
