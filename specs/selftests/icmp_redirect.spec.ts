import { describe, expect, type Interface, type Lab, type Namespace, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';

const FAR = { 4: '172.16.2.0/24', 6: '2001:db8:16:2::/64' } as const;
const H2 = { 4: '172.16.2.2', 6: '2001:db8:16:2::2' } as const;
type Family = 4 | 6;
/** How routes are said: with their next hop, or with a nexthop object. */
type Style = 'legacy' | 'new';

//          ┌─ r1 ─┐
// h1 ── sw ┤      │ r1 sends what is for h2 by r2, first by their own cable, then by the switch
//          └─ r2 ─┴── h2
class Net {
  readonly #style: Style;
  readonly #h1: Namespace;
  readonly #r1: Namespace;
  readonly #eth0: Interface;
  readonly #vrf: { table: number; name: string } | undefined;
  readonly #last: readonly Interface[];
  /** Next hops, by the version of IP: those of IPv6 are link-local, as redirects name them. */
  readonly r1: Record<Family, string>;
  readonly r2: Record<Family, string>;

  constructor(lab: Lab, style: Style, withVrf: boolean) {
    this.#style = style;
    const sw = lab.switch('sw');
    const [h1, h2, r1, r2] = [lab.namespace('h1'), lab.namespace('h2'), lab.router('r1'), lab.router('r2')];
    const { a: eth0 } = lab.cable(h1, sw, { a: { address: false } });
    const [near, other] = [
      lab.cable(r1, sw, { a: { address: ['172.16.1.253/24', '2001:db8:16:1::253/64'] } }).a,
      lab.cable(r2, sw, { a: { address: ['172.16.1.254/24', '2001:db8:16:1::254/64'] } }).a,
    ];
    lab.cable(r1, r2, {
      a: { address: ['10.1.1.1/30', '2001:db8:1::1/126'] },
      b: { address: ['10.1.1.2/30', '2001:db8:1::2/126'] },
    });
    const last = lab.cable(h2, r2, {
      a: { address: [`${H2[4]}/24`, `${H2[6]}/64`] },
      b: { address: ['172.16.2.254/24', '2001:db8:16:2::254/64'] },
    });
    this.#vrf = withVrf ? h1.link('vrf', { name: 'red', table: 1111 }) : undefined;
    if (withVrf) eth0.set({ master: h1.interface('red') });
    for (const address of ['172.16.1.1/24', '2001:db8:16:1::1/64']) eth0.address.add(address);

    this.#h1 = h1;
    this.#r1 = r1;
    this.#eth0 = eth0;
    this.#last = [last.a, last.b];
    this.r1 = { 4: '172.16.1.253', 6: linkLocal(near) };
    this.r2 = { 4: '172.16.1.254', 6: linkLocal(other) };
    const between = { 4: '10.1.1.2', 6: '2001:db8:1::2' };
    for (const family of [4, 6] as const) {
      this.#route(h1, family, this.r1[family], 'eth0', this.#vrf?.table);
      this.#route(r1, family, between[family], 'eth1');
    }
  }

  #route(namespace: Namespace, family: Family, via: string, dev: string, table?: number): void {
    const to = { to: FAR[family], ...(table === undefined ? {} : { table }) };
    if (this.#style === 'legacy') namespace.route.add({ ...to, via, dev });
    else {
      namespace.nexthop.add({ id: family, via, dev });
      namespace.route.add({ ...to, nhid: family });
    }
  }

  /** r1 sends by the switch from now on, which is where packets come from. */
  async redirect(family: Family): Promise<void> {
    // Its answer comes by r2: h1 follows a redirect only to a neighbour whose MAC address it knows (__ip_do_redirect).
    await this.#ping(family, 64);
    const by = { via: this.r2[family], dev: 'eth0' };
    if (this.#style === 'legacy') this.#r1.route.replace({ to: FAR[family], ...by });
    else this.#r1.nexthop.replace({ id: family, ...by });
    await this.#learn(family, 64, { via: this.r2[family] });
  }

  /** The last link takes 1300 bytes, and h1 sends more. */
  async exceed(family: Family): Promise<void> {
    for (const each of this.#last) each.set({ mtu: 1300 });
    await this.#learn(family, 1350, { mtu: 1300 });
  }

  /** On a busy machine a ping may be lost: hosts of a lab wait 60 ms for the MAC address of a next hop. */
  async #learn(family: Family, size: number, wanted: { via: string } | { mtu: number }): Promise<void> {
    const learnt = async () => {
      await this.#ping(family, size);
      return this.known(family);
    };
    await expect.poll(learnt).toMatchObject(wanted);
  }

  async #ping(family: Family, size: number): Promise<void> {
    const from = this.#vrf ? ['-I', this.#vrf.name] : [];
    await this.#h1.exec('ping', ['-c1', '-W1', '-Mwant', '-s', String(size), ...from, H2[family]], { reject: false });
  }

  /** h1's route to h2, with what it has learnt. */
  known(family: Family) {
    const { via, mtu } = this.#h1.route.get(H2[family], this.#vrf?.name);
    return { via, mtu };
  }

  async reaches(family: Family): Promise<void> {
    await expect(this.#h1).toReach(H2[family], this.#vrf ? { from: this.#eth0 } : {});
  }

  /** Forgets all, since its routes are new. */
  reset(family: Family): void {
    const table = this.#vrf ? { table: this.#vrf.table } : {};
    if (this.#style === 'new') this.#h1.nexthop.delete(family);
    else this.#h1.route.delete({ to: FAR[family], ...table });
    this.#route(this.#h1, family, this.r1[family], 'eth0', this.#vrf?.table);
  }
}

function linkLocal(device: Interface): string {
  const found = device.address.list().find(({ address }) => address.startsWith('fe80:'));
  if (!found) throw new Error(`${device} has no link-local address`);
  return found.address;
}

/** The cases of one section of the script; a name that comes again has the section's number. */
function section(number: number, style: Style, withVrf: boolean): void {
  const named = (name: string) => ([4, 6] as const).map((family) => [title(name, family), family] as const);
  const title = (name: string, family: Family) => `IPv${family}: ${name}${number > 1 ? ` (${number})` : ''}`;

  test.for(named('redirect exception'))('%s', async ([, family], { lab }) => {
    const net = new Net(lab, style, withVrf);
    await net.reaches(family);
    await net.redirect(family);
    expect(net.known(family)).toEqual({ via: net.r2[family], mtu: undefined });
    await net.reaches(family);
  });

  test.for(named('redirect exception plus mtu'))('%s', async ([, family], { lab }) => {
    const net = new Net(lab, style, withVrf);
    await net.redirect(family);
    await net.exceed(family);
    expect(net.known(family)).toMatchObject({ mtu: 1300, ...(family === 4 ? { via: net.r2[family] } : {}) });
  });

  test.for(named('routing reset'))('%s', async ([, family], { lab }) => {
    const net = new Net(lab, style, withVrf);
    await net.redirect(family);
    await net.exceed(family);
    net.reset(family);
    expect(net.known(family)).toEqual({ via: net.r1[family], mtu: undefined });
  });

  test.for(named('mtu exception'))('%s', async ([, family], { lab }) => {
    const net = new Net(lab, style, withVrf);
    await net.exceed(family);
    expect(net.known(family)).toEqual({ via: net.r1[family], mtu: 1300 });
  });

  test.for(named('mtu exception plus redirect'))('%s', async ([, family], { lab }) => {
    const net = new Net(lab, style, withVrf);
    await net.exceed(family);
    await net.redirect(family);
    expect(net.known(family)).toMatchObject({ via: net.r2[family], ...(family === 4 ? { mtu: 1300 } : {}) });
    await net.reaches(family);
  });
}

describe('a host keeps what routers tell it of a route', () => {
  section(1, 'legacy', false);
  section(3, 'new', false);
});

describeNeeding(['vrf'], () => {
  section(2, 'legacy', true);
  section(4, 'new', true);
});
