import { expect } from 'vitest';
import type {} from '../lib/index.ts';
import { createLab } from '../lib/lab/index.ts';
import { matchers } from '../lib/matchers/index.ts';
import { type Report, summarize, timed } from './measure.ts';

/** What one state that holds at once may take, in milliseconds. */
const TARGET = 1;

/** The states of a host with one cable and 20 routes, each by the whole `expect()`. */
export async function stateHolds({ runs }: { runs: number }): Promise<Report> {
  expect.extend(matchers as unknown as Parameters<typeof expect.extend>[0]);
  await using lab = createLab();
  const [a, b, sw] = [lab.namespace('a'), lab.namespace('b'), lab.switch('sw')];
  const { a: eth0, b: port } = lab.cable(a, sw);
  lab.cable(b, sw);
  for (let each = 1; each <= 20; each++) a.route.add({ to: `10.9.${each}.0/24`, via: '10.0.0.2' });
  const states: Record<string, () => PromiseLike<void>> = {
    toHaveLink: () => expect(a).toHaveLink({ name: 'eth0', mtu: 1500, up: true }),
    toHaveAddress: () => expect(a).toHaveAddress('10.0.0.1/24'),
    toHaveRoute: () => expect(a).toHaveRoute({ to: '10.9.20.0/24', via: '10.0.0.2' }),
    toHaveRule: () => expect(a).toHaveRule({ table: 'main' }),
    toHaveFdbEntry: () => expect(sw).toHaveFdbEntry({ mac: port.mac }),
    toHaveSysctl: () => expect(a).toHaveSysctl('net.ipv4.ip_forward', '0'),
    'of an interface': () => expect(eth0).toHaveLink({ mtu: 1500 }),
  };
  const times = new Map(Object.keys(states).map((name) => [name, [] as number[]]));
  for (let run = -20; run < runs; run++) {
    for (const [name, state] of Object.entries(states)) {
      const took = await timed(state);
      if (run >= 0) times.get(name)?.push(took);
    }
  }
  return {
    title: 'A state that holds at once',
    notes: ['await expect(…), as in a spec, with no change to wait for.'],
    figures: [...times].map(([name, samples]) => {
      const summary = summarize(samples);
      const target = { text: `median under ${TARGET} ms`, met: summary.median < TARGET };
      return { group: 'one state', name, unit: 'ms', summary, target };
    }),
  };
}
