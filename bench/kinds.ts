import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLab, type Interface, type Lab, type LinkKindName, type Namespace, supports } from '../lib/lab/index.ts';
import { alternate, type Figure, peer, type Report, summarize, timed } from './measure.ts';
import { recordChanges } from './record-changes.ts';

/** hairpin may take so many times what a C program takes for the same messages. */
const OF_FLOOR = 1.3;

/** Two hosts with two cables: `eth0` and `eth1` are the ends at `a`, where the link is made. */
interface Hosts {
  lab: Lab;
  a: Namespace;
  b: Namespace;
  eth0: Interface;
  eth1: Interface;
}

const address = '10.9.0.1/24';
const V4 = { address, local: '10.0.0.1', remote: '10.0.0.2' };
const V6 = { address, local: 'fd00::1', remote: 'fd00::2' };

/** A link of each kind that rtnetlink makes. A tun device comes from a character device. */
const MAKE: Record<Exclude<LinkKindName, 'tun'>, (hosts: Hosts) => unknown> = {
  veth: ({ lab, a, b }) => lab.cable(a, b),
  netkit: ({ lab, a, b }) => lab.cable(a, b, { kind: 'netkit' }),
  bridge: ({ a }) => a.link('bridge', { address }),
  macvlan: ({ a, eth0: parent }) => a.link('macvlan', { parent, mode: 'bridge', address }),
  macvtap: ({ a, eth0: parent }) => a.link('macvtap', { parent, mode: 'bridge', address }),
  ipvlan: ({ a, eth0: parent }) => a.link('ipvlan', { parent, address }),
  ipvtap: ({ a, eth0: parent }) => a.link('ipvtap', { parent, address }),
  vlan: ({ a, eth0: parent }) => a.link('vlan', { parent, id: 10, address }),
  macsec: ({ a, eth0: parent }) => a.link('macsec', { parent, address }),
  dummy: ({ a }) => a.link('dummy', { address }),
  ifb: ({ a }) => a.link('ifb'),
  nlmon: ({ a }) => a.link('nlmon'),
  vrf: ({ a }) => a.link('vrf', { table: 10 }),
  bond: ({ a, eth1 }) => eth1.set({ master: a.link('bond', { address }) }),
  team: ({ a, eth1 }) => eth1.set({ master: a.link('team', { address }) }),
  hsr: ({ a, eth0: slave1, eth1: slave2 }) => a.link('hsr', { slave1, slave2, address }),
  vxlan: ({ a }) => a.link('vxlan', { id: 10, remote: V4.remote, address }),
  geneve: ({ a }) => a.link('geneve', { id: 10, remote: V4.remote, address }),
  gre: ({ a }) => a.link('gre', V4),
  gretap: ({ a }) => a.link('gretap', V4),
  erspan: ({ a }) => a.link('erspan', { ...V4, ikey: 1, okey: 1 }),
  ipip: ({ a }) => a.link('ipip', V4),
  sit: ({ a }) => a.link('sit', V4),
  ip6gre: ({ a }) => a.link('ip6gre', V6),
  ip6gretap: ({ a }) => a.link('ip6gretap', V6),
  ip6tnl: ({ a }) => a.link('ip6tnl', V6),
  xfrm: ({ a }) => a.link('xfrm', { ifId: 1, address }),
  vti: ({ a }) => a.link('vti', V4),
  vti6: ({ a }) => a.link('vti6', V6),
  wireguard: ({ a }) => a.link('wireguard', { address }),
};

/** A lab with a link of each kind, by hairpin and by a C program that sends the same messages. */
export async function kinds({ runs, progress }: { runs: number; progress: (line: string) => void }): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'hairpin-bench-'));
  const figures: Figure[] = [];
  const ratios: number[] = [];
  const names = Object.keys(MAKE) as (keyof typeof MAKE)[];
  const lacking = names.filter((kind) => !supports(kind));
  try {
    for (const kind of names.filter((each) => !lacking.includes(each))) {
      for (let warmUp = 0; warmUp < 10; warmUp++) await buildByHairpin(kind);
      const recorded = join(folder, kind);
      const { text, messages } = await recordChanges(async () => void (await buildByHairpin(kind)));
      writeFileSync(recorded, text);
      const { ours, floor } = await alternate(runs, {
        ours: () => buildByHairpin(kind),
        floor: async () => (await peer('replay.sh', folder, recorded)).times('build')[0] ?? Number.NaN,
      });
      const [mine, its] = [summarize(ours), summarize(floor)];
      const ratio = mine.median / its.median;
      ratios.push(ratio);
      progress(`  ${kind}: ${ratio.toFixed(2)} times the C program`);
      figures.push(
        {
          ...{ group: kind, name: 'hairpin, without taps', unit: 'ms', summary: mine, isOurs: true },
          target: { text: `at most ${OF_FLOOR} times the C program`, met: ratio <= OF_FLOOR },
        },
        { group: kind, name: `a C program that sends the same ${messages} changes`, unit: 'ms', summary: its },
      );
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
  const { min, median, max } = summarize(ratios);
  const times = [min, median, max].map((ratio) => ratio.toFixed(2));
  return {
    title: 'A lab of two hosts, two cables and a link of each kind',
    notes: [
      'hairpin records the rtnetlink messages of one build that change something. The C program makes the namespaces, sends these messages one by one,',
      'and waits for each answer. It reads nothing, and writes no sysctl.',
      `hairpin takes ${times.join(', ')} times as long: the kind with the least, the median of the kinds, the kind with the most.`,
      ...(lacking.length > 0 ? [`This kernel lacks ${lacking.join(', ')}.`] : []),
    ],
    figures,
  };
}

async function buildByHairpin(kind: keyof typeof MAKE): Promise<number> {
  await using lab = createLab({ taps: false });
  return await timed(() => {
    const [a, b] = [lab.namespace('a'), lab.namespace('b')];
    const ends = (number: number) => ({
      a: { address: [`10.0.${number}.1/24`, `fd00:0:0:${number}::1/64`] },
      b: { address: [`10.0.${number}.2/24`, `fd00:0:0:${number}::2/64`] },
    });
    const [{ a: eth0 }, { a: eth1 }] = [lab.cable(a, b, ends(0)), lab.cable(a, b, ends(1))];
    return MAKE[kind]({ lab, a, b, eth0, eth1 });
  });
}
