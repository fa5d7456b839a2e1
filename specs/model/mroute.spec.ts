import { expect, type Lab, test } from 'hairpin';
import { ipToBytes } from '../../lib/wire/ip-address.ts';
import { multicastMac4, multicastMac6 } from '../../lib/wire/mac-address.ts';
import { needsMroute } from '../needs-mroute.ts';
import { Referee } from './agreement.ts';

// a eth0 ── eth0 r eth1 ── eth0 b
//                  eth2 ── eth0 c
async function build(lab: Lab) {
  const [a, b, c, r] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c'), lab.router('r')];
  const [eth0, eth1, eth2] = [lab.cable(r, a).a, lab.cable(r, b).a, lab.cable(r, c).a];
  await lab.settled();
  return { r, ends: [a, b, c].map((host) => host.interface()), eth0, eth1, eth2 };
}

const GROUPS = [
  { family: 4, routed: '239.1.1.1', mac: multicastMac4('239.1.1.1') },
  { family: 6, routed: 'ff05::1', mac: multicastMac6(ipToBytes('ff05::1')) },
] as const;

test.for(GROUPS)(
  'the model and the kernel agree on packets for $routed',
  async ({ family, routed, mac }, { lab, skip }) => {
    needsMroute(family, skip);
    const { r, ends, eth0, eth1, eth2 } = await build(lab);
    // Long packets do not fit this output.
    for (const end of [eth1, ends[1]]) end?.set({ mtu: 1400 });
    using referee = new Referee(lab);
    const sourceOf = (end: (typeof ends)[0]) => String(end.address.first(family)?.address);
    const [a] = ends;
    if (!a) throw new Error('there is a');
    const threshold = family === 4 ? 8 : 1;
    const tables: (() => void)[] = [
      () => {},
      () => r.mroute.add({ group: routed, source: sourceOf(a), in: eth0, out: [eth1, { dev: eth2, ttl: threshold }] }),
      () => r.mroute.replace({ group: routed, source: sourceOf(a), in: eth1, out: [eth1, eth2] }),
      () => r.mroute.add({ group: routed, in: eth2, out: [eth0, eth1] }),
      () => r.mroute.delete({ group: routed, source: sourceOf(a) }),
    ];
    const seen: string[] = [];
    for (const [at, change] of tables.entries()) {
      change();
      for (const end of ends) {
        for (const hopLimit of [1, 2, 8, 9]) {
          // Every length with every table and sender, but not with every TTL.
          for (const length of hopLimit === 9 ? [20, 1420] : [20]) {
            const source = sourceOf(end);
            const packet = { family, source, destination: routed, length, hopLimit, mayFragment: false };
            const ways = await referee.followPacket(end, mac, packet);
            expect(ways?.kernel, `table ${at}, from ${end}, TTL ${hopLimit}, ${length} bytes`).toEqual(ways?.model);
            seen.push(...(ways?.kernel ?? []));
          }
        }
      }
    }
    // Some were forwarded, by each of the outputs.
    expect(seen.filter((line) => line.includes('r/eth1') || line.includes('r/eth2')).length).toBeGreaterThan(0);
  },
);
