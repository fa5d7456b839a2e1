import { createLab, type Lab } from '../lib/lab/index.ts';
import { alternate, peer, type Report, summarize, timed } from './measure.ts';

/** hairpin may take this share of what `ip -batch` takes, and so many times what a C program takes. */
const [OF_BATCH, OF_FLOOR] = [1 / 5, 1.2];

/** The same network, built by hand, by batch, by hairpin and by a C program. */
export async function labBuild({ runs }: { runs: number }): Promise<Report> {
  for (let warmUp = 0; warmUp < 20; warmUp++) await hairpinBuild({ taps: warmUp % 2 === 0 });
  const results = await alternate(runs, {
    hairpin: () => hairpinBuild({ taps: false }),
    tapped: () => hairpinBuild({ taps: true }),
    floor: () => buildByScript('lab-floor.sh'),
    batch: () => buildByScript('lab-by-batch.sh'),
    batches: () => buildByScript('lab-by-batches.sh'),
    steps: () => buildByScript('lab-by-steps.sh'),
  });
  const builds = (name: keyof typeof results) => summarize(results[name].map(({ build }) => build));
  const closes = (name: keyof typeof results) => summarize(results[name].map(({ close }) => close));
  const [ours, batch, floor] = [builds('hairpin'), builds('batch'), builds('floor')];
  const batches = 'ip -batch, a file a namespace (ip -n)';
  const [build, close] = ['build', 'close (until it returns; the kernel goes on behind it)'];
  return {
    title: 'A lab of 5 namespaces, a bridge, 2 veth pairs, 2 macvlans and 4 IPv4 addresses',
    notes: [
      'The scripts see no traffic, so hairpin without taps is their like.',
      'hairpin in one warm process, as in a test worker; it also sets up loopbacks, sysctls and ARP timers, and waits for carriers.',
      'The peers measure themselves: starting bash or the C program is not counted, starting ip is. They make only what the title says.',
      'Every run starts when the kernel has taken down the network of the run before; for back to back see the memory benchmark.',
    ],
    figures: [
      {
        group: build,
        name: 'hairpin, without taps',
        unit: 'ms',
        summary: ours,
        isOurs: true,
        peer: batches,
        target: {
          text: 'at most 1/5 of ip -batch in one file, and 1.2 times the C program',
          met: ours.median <= batch.median * OF_BATCH && ours.median <= floor.median * OF_FLOOR,
        },
      },
      { group: build, name: 'a C program that speaks rtnetlink', unit: 'ms', summary: floor },
      {
        ...{ group: build, name: 'hairpin, with its taps (the default)', unit: 'ms' },
        ...{ summary: builds('tapped'), peer: batches },
      },
      { group: build, name: 'ip -batch in one file (netns exec)', unit: 'ms', summary: batch },
      { group: build, name: batches, unit: 'ms', summary: builds('batches') },
      { group: build, name: 'one ip a step (ip -n)', unit: 'ms', summary: builds('steps') },
      { group: close, name: 'hairpin', unit: 'ms', summary: closes('hairpin'), isOurs: true },
      { group: close, name: 'ip -batch', unit: 'ms', summary: closes('batch') },
      { group: close, name: 'one ip a step', unit: 'ms', summary: closes('steps') },
    ],
  };
}

async function hairpinBuild({ taps }: { taps: boolean }): Promise<{ build: number; close: number }> {
  const lab = createLab({ taps });
  const build = await timed(() => makeLab(lab));
  return { build, close: await timed(() => lab.close()) };
}

function makeLab(lab: Lab): void {
  const [ns1, ns2, host, gateway] = (['ns1', 'ns2', 'host', 'gateway'] as const).map((name) => lab.namespace(name));
  if (!ns1 || !ns2 || !host || !gateway) return;
  const sw = lab.switch('sw');
  const { a: parent } = lab.cable(host, sw, { a: { name: 'up0', address: '10.0.0.18/24' } });
  lab.cable(gateway, sw, { a: { address: '10.0.0.1/24' } });
  ns1.macvlan({ parent, mode: 'bridge', name: 'm1', address: '10.0.0.101/24' });
  ns2.macvlan({ parent, mode: 'bridge', name: 'm2', address: '10.0.0.102/24' });
}

async function buildByScript(script: string): Promise<{ build: number; close: number }> {
  const { times } = await peer(script);
  return { build: times('build')[0] ?? Number.NaN, close: times('close')[0] ?? Number.NaN };
}
