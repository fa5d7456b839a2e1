import { engineOf } from '../../lab/engines/engine.ts';
import type { Interface, Namespace } from '../../lab/index.ts';
import type { Asked, Cause } from '../../model/cause.ts';
import { Capture } from '../../trace/capture.ts';
import { readPrograms } from '../../trace/device-hooks.ts';
import { expectedWay, type Step } from '../../trace/expected-way.ts';
import { holdersOf } from '../../trace/owner.ts';
import type { Place } from '../../trace/place.ts';
import { solicitationOf } from '../../trace/solicitation.ts';
import { deviceName } from '../names.ts';

/**
 * The BPF program that was the next to get the frame, when no other reason is known. hairpin cannot read what a program does: it may
 * drop the frame, or send it elsewhere (`bpf_redirect`).
 *
 * The taps see a frame before the filters at a device's ingress (`__netif_receive_skb_core`), but after XDP and after the filters at
 * its egress (`dev_queue_xmit_nit`).
 */
export function programCause({ hop: { frame }, step }: Place): Cause | undefined {
  if (engineOf(frame.at.namespace.lab).isPristine) return undefined;
  const own = frame.direction === 'in' ? causeAt(frame.at, 'tc ingress') : undefined;
  if (own || !step) return own;
  return causeAt(step.next.at, step.next.direction === 'in' ? 'xdp' : 'tc egress');
}

/** The BPF program that was the next to get an ARP or ND question that nobody answered, and may have taken it. */
export function programOfQuestion(from: Namespace, asked: Asked, since: bigint): Cause | undefined {
  const { lab } = from;
  if (engineOf(lab).isPristine) return undefined;
  const asker = lab.namespaces.find(({ name }) => name === asked.by);
  const [holder] = holdersOf(lab, asked.address);
  const to = holder?.device ?? holder?.namespace;
  if (!asker || !to) return undefined;
  const ways = asker.interfaces.flatMap((at) => {
    const way = expectedWay({ at, direction: 'out' }, { to, sender: asker, routed: false });
    return way ? [way] : [];
  });
  const seen = Capture.of(lab)
    .since(since)
    .filter(({ bytes }) => solicitationOf(bytes)?.target === asked.address);
  const wasAt = ({ at, direction }: Step) => seen.some((frame) => frame.at === at && frame.direction === direction);
  const taken = ways.filter((way) => way.some(wasAt));
  for (const way of taken.length > 0 ? taken : ways) {
    // A program that the question has passed is no reason.
    const last = way.findLastIndex(wasAt);
    const [here, next] = [way[last], way[last + 1]];
    const own = here?.direction === 'in' ? causeAt(here.at, 'tc ingress', asked) : undefined;
    const cause = own ?? (next && causeAt(next.at, next.direction === 'in' ? 'xdp' : 'tc egress', asked));
    if (cause) return cause;
  }
  return undefined;
}

type Hook = 'xdp' | 'tc ingress' | 'tc egress';

function causeAt(device: Interface, hook: Hook, asked?: Asked): Cause | undefined {
  const program = readPrograms(device).find((each) => each.hook === hook);
  if (!program) return undefined;
  const { id, name, tcx } = program;
  const facts = {
    device: deviceName(device),
    ...(id === undefined ? {} : { id }),
    ...(name === undefined ? {} : { name }),
    ...(asked ? { asked } : {}),
  };
  if (hook === 'xdp') return { code: 'xdp.program', facts };
  return {
    code: 'tc.program',
    facts: { ...facts, side: hook === 'tc ingress' ? 'ingress' : 'egress', ...(tcx && { tcx }) },
  };
}
