import { listQdiscs } from '../kernel/rtnetlink/qdisc.ts';
import { readSysctls } from '../kernel/sysctl.ts';
import { type Lab, type Namespace, UsageError } from '../lab/index.ts';

/** How long `toReach` goes on asking unless said otherwise, in milliseconds. */
export const WITHIN = 1000;

/** How long a negative is held, in milliseconds. Worst seen under load for an answer: 12. */
const HOLD = 100;

/** Less than an answer may take proves nothing of answers that did not come, in milliseconds. */
const SHORTEST_HOLD = 20;

/** What `proxy_delay` is counted in, by `proc_dointvec_userhz_jiffies`. */
const MS_A_TICK = 10;

/** The queueing disciplines that never keep a frame from a device that would take it. Others shape, or delay. */
const WORK_CONSERVING = new Set(
  `noqueue noop mq mqprio multiq pfifo_fast pfifo bfifo pfifo_head_drop prio ets drr qfq sfq sfb red gred choke codel
  fq_codel fq_pie pie fq hhf skbprio ingress clsact`.split(/\s+/),
);

/**
 * How long a negative is held unless said otherwise, in milliseconds: 100, and as long besides as a proxy puts its answer
 * off, where a spec has told one to; or as long as an answer would be waited for, where a queueing discipline may keep
 * one back (netem, tbf …).
 */
export function holdIn(lab: Lab): number {
  const usual = HOLD + Math.max(0, ...lab.namespaces.map(proxyDelay));
  // What only a program can have made is looked for only where one has run.
  return !lab.isOwnDoing && lab.namespaces.some(delays) ? Math.max(WITHIN, usual) : usual;
}

/** @throws UsageError when a negative would be held for less than an answer may take */
export function checkHold(call: string, option: 'hold' | 'within', milliseconds: number): void {
  if (milliseconds >= SHORTEST_HOLD) return;
  throw new UsageError(
    `${call}: ${option} must be ${SHORTEST_HOLD} ms or more, since an answer may take as long: received ${milliseconds}`,
  );
}

function proxyDelay({ handle, sysctl }: Namespace): number {
  const names = [...sysctl.written].filter((name) => name.endsWith('proxy_delay'));
  const ticks = names.length > 0 ? [...readSysctls(handle, names).values()].map(Number) : [];
  return MS_A_TICK * Math.max(0, ...ticks);
}

function delays({ name, rtnetlink }: Namespace): boolean {
  const qdiscs = listQdiscs(rtnetlink, { operation: `tc -n ${name} qdisc show` });
  return qdiscs.some(({ kind }) => !WORK_CONSERVING.has(kind));
}
