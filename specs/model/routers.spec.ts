import fc from 'fast-check';
import { createLab, expect, type Lab, type Namespace, test } from 'hairpin';
import { type Packet, Referee } from './agreement.ts';

/** How many networks are drawn; more by `RANDOM_NETWORKS=1000`. */
const NETWORKS = Number(process.env['RANDOM_NETWORKS'] ?? 20);

interface RouterPlan {
  forwards: boolean;
  rpFilter: 0 | 1 | 2;
  /** IPv6 sends packets of up to 1290 bytes. */
  mtu6: boolean;
  /** The route to the subnet on the other side of the next router. */
  route: 'unicast' | 'blackhole' | 'prohibit' | 'unreachable' | 'none' | 'nobody';
}

interface Plan {
  routers: [RouterPlan, RouterPlan];
  /** Of each cable. */
  mtu: [number, number, number];
  /** The end of the last cable that is not at the router. */
  lastUp: boolean;
  packets: (Pick<Packet, 'family' | 'length' | 'hopLimit' | 'mayFragment'> & { to: string; from: string })[];
}

const rarely = <T>(usual: T, ...others: T[]) =>
  fc.oneof({ weight: 4, arbitrary: fc.constant(usual) }, { weight: 1, arbitrary: fc.constantFrom(...others) });

const router: fc.Arbitrary<RouterPlan> = fc.record({
  forwards: rarely(true, false),
  rpFilter: fc.constantFrom(0, 1, 2),
  mtu6: rarely(false, true),
  route: rarely<RouterPlan['route']>('unicast', 'blackhole', 'prohibit', 'unreachable', 'none', 'nobody'),
});

const plan: fc.Arbitrary<Plan> = fc.record({
  routers: fc.tuple(router, router),
  mtu: fc.tuple(rarely(1500, 1300), rarely(1500, 1300), rarely(1500, 1300)),
  lastUp: rarely(true, false),
  packets: fc.array(
    fc.record({
      family: fc.constantFrom(4, 6),
      to: rarely('h1', 'r0', 'r1', 'nobody', 'nowhere'),
      from: rarely('h0', 'h1', 'r0', 'stranger'),
      length: rarely(100, 1400),
      hopLimit: rarely(64, 1, 2),
      mayFragment: rarely(false, true),
    }),
    { minLength: 1, maxLength: 3 },
  ),
});

// h0 ── r0 ── r1 ── h1, by cables of the subnets 10.0.0.0/24, 10.0.1.0/24 and 10.0.2.0/24
test('model and kernel agree on the way of a packet by routers of any settings', {
  timeout: 5000 * NETWORKS + 60_000,
}, async () => {
  let followed = 0;
  const property = fc.asyncProperty(plan, async (drawn) => {
    await using lab = createLab();
    const found = await differences(lab, drawn);
    followed += found.followed;
    expect(found.differing).toEqual([]);
  });
  await fc.assert(property, { numRuns: NETWORKS });
  expect(followed, 'packets that were followed').toBeGreaterThan(NETWORKS / 2);
});

/** How many packets were followed to their end, and what model and kernel say of them, where that is not the same. */
async function differences(
  lab: Lab,
  { routers, mtu, lastUp, packets }: Plan,
): Promise<{ followed: number; differing: object[] }> {
  const [h0, r0, r1, h1] = [lab.namespace('h0'), lab.namespace('r0'), lab.namespace('r1'), lab.namespace('h1')];
  const cables = (
    [
      [h0, r0],
      [r0, r1],
      [r1, h1],
    ] as const
  ).map(([a, b], at) =>
    lab.cable(a, b, { mtu: mtu[at] as number, a: { address: subnet(at, 1) }, b: { address: subnet(at, 2) } }),
  );
  await lab.settled();
  await set(r0, routers[0], 2, 1, 2);
  await set(r1, routers[1], 0, 1, 1);
  if (!lastUp) cables[2]?.b.set({ up: false });
  using referee = new Referee(lab);
  const differing: object[] = [];
  let followed = 0;
  for (const [at, { to, from, ...packet }] of packets.entries()) {
    const { a, b } = cables[0] as NonNullable<(typeof cables)[0]>;
    const addresses = { source: address(from, packet.family), destination: address(to, packet.family) };
    const ways = await referee.followPacket(a, b.mac, { ...packet, ...addresses });
    // What a router cuts into pieces the model does not follow.
    if (!ways || ways.model.some((line) => line.startsWith('unknown'))) continue;
    followed++;
    if (String(ways.kernel) !== String(ways.model)) differing.push({ packet: at, ...ways });
  }
  return { followed, differing };
}

/** Sets a router: its route to the subnet `far` leads to the router at the other end of the cable `by`. */
async function set(
  host: Namespace,
  { forwards, rpFilter, mtu6, route }: RouterPlan,
  far: number,
  by: number,
  end: number,
): Promise<void> {
  host.sysctl.set('net.ipv4.ip_forward', forwards ? 1 : 0);
  host.sysctl.set('net.ipv6.conf.all.forwarding', forwards ? 1 : 0);
  host.sysctl.set('net.ipv4.conf.all.rp_filter', rpFilter);
  if (mtu6) for (const { name } of host.interfaces) host.sysctl.set(`net.ipv6.conf.${name}.mtu`, 1290);
  if (route === 'none') return;
  const last = route === 'nobody' ? 9 : end;
  for (const [family, to] of [
    [4, `10.0.${far}.0/24`],
    [6, `fd00:0:0:${far}::/64`],
  ] as const) {
    const via = family === 4 ? `10.0.${by}.${last}` : `fd00:0:0:${by}::${last}`;
    if (route === 'unicast' || route === 'nobody') host.route.add({ to, via });
    else await host.exec('ip', ['route', 'add', route, to]);
  }
}

function subnet(at: number, last: number): string[] {
  return [`10.0.${at}.${last}/24`, `fd00:0:0:${at}::${last}/64`];
}

function address(of: string, family: 4 | 6): string {
  const [v4, v6] = ADDRESSES[of] as [string, string];
  return family === 4 ? v4 : v6;
}

const ADDRESSES: Record<string, [string, string]> = {
  h0: ['10.0.0.1', 'fd00:0:0:0::1'],
  r0: ['10.0.1.1', 'fd00:0:0:1::1'],
  r1: ['10.0.2.1', 'fd00:0:0:2::1'],
  h1: ['10.0.2.2', 'fd00:0:0:2::2'],
  nobody: ['10.0.2.77', 'fd00:0:0:2::77'],
  nowhere: ['192.0.2.1', '2001:db8::1'],
  stranger: ['198.51.100.1', '2001:db8:1::1'],
};
