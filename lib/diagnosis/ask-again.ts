import { unlessCode } from '../base/has-code.ts';
import { ResourceStack } from '../base/resource-stack.ts';
import { type PacketDrop, PacketDrops } from '../kernel/drops/packet-drops.ts';
import { engineOf, enginesOf } from '../lab/engines/engine.ts';
import type { Interface, Namespace } from '../lab/index.ts';
import { listNeighbours } from '../lab/tables/list-neighbours.ts';
import { outerSigns } from '../model/tunnel.ts';
import { ipNeighbour } from '../netlink/routing/neighbour.ts';
import { type ReachReport, reach } from '../probes/reach.ts';
import type { ReachOptions } from '../probes/reach-options.ts';
import { filteringIn, RuleTraces, type Told } from '../trace/rules/rule-traces.ts';
import { modelledDevices } from './causes/by-model.ts';
import { type IpsecDrop, watchIpsec } from './ipsec-drops.ts';

/** How long the probe that is sent for an explanation's sake is waited for, in milliseconds. */
const ONE_MORE = 20;

/** What came of one more probe, and what the kernel told of it. */
export interface Again {
  report: ReachReport;
  /** What packet filters made of it; undefined where there are none. */
  told: Told | undefined;
  /** What the kernel dropped meanwhile in the lab; none where it may not be asked. */
  drops: readonly PacketDrop[];
  /** What IPsec dropped meanwhile. */
  ipsec: readonly IpsecDrop[];
}

/**
 * Asks once more, while the kernel tells what it does.
 *
 * @returns `answered` when there was an answer this time; undefined where the kernel has nothing to tell
 */
export async function askAgain(
  call: string,
  from: Namespace,
  to: Namespace | Interface | string,
  question: ReachOptions,
): Promise<Again | 'answered' | undefined> {
  const filters = filteringIn(from.lab);
  for (const namespace of from.lab.namespaces) forgetUnanswered(namespace);
  using resources = new ResourceStack();
  const watch = PacketDrops.start(enginesOf(from.lab.namespaces).map(({ netns }) => netns));
  if (watch) resources.use(watch);
  const ipsec = watchIpsec(from.lab);
  if (!watch && !ipsec && filters.length === 0) return undefined;
  const outer = outerSigns(filters.length > 0 ? modelledDevices(from.lab) : []);
  let traces: RuleTraces | undefined;
  const report = await reach(call, from, to, question, {
    milliseconds: ONE_MORE,
    onOpen: (signs) => {
      traces = filters.length > 0 ? resources.use(RuleTraces.start(filters, { ...signs, outer })) : undefined;
    },
  });
  const [told, drops] = [traces?.take(), watch?.take() ?? []];
  return report.outcome === 'answered' ? 'answered' : { report, told, drops, ipsec: ipsec?.() ?? [] };
}

/**
 * Has a host ask at once for each neighbour that has not answered. Otherwise it waits until it may ask again, and what it asks then comes too
 * late to be told (`neigh_event_send`).
 */
function forgetUnanswered(namespace: Namespace): void {
  const { rtnetlink, foreign } = engineOf(namespace);
  if (foreign) return;
  for (const { state, device, to } of listNeighbours(namespace))
    if (state === 'INCOMPLETE' || state === 'FAILED')
      // It may have been answered, or been given up, in the meantime.
      unlessCode(['ENOENT'], () => rtnetlink.change(ipNeighbour.delete({ device, to })));
}
