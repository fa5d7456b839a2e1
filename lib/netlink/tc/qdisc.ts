import { body } from '../codec/body.ts';
import { bytes, device, pad, string, u8, u32 } from '../codec/scalars.ts';
import { struct } from '../codec/struct.ts';
import { attribute, table } from '../codec/table.ts';
import { Family } from '../family.ts';
import type { Names } from '../names.ts';
import { type QdiscKind, qdiscWords, readQdiscOptions, writeQdiscOptions } from './qdisc-kinds.ts';
import { type Netem, readNetem } from './qdisc-netem.ts';
import { queueStatistics } from './qdisc-statistics.ts';
import { readTbfRate } from './qdisc-tbf.ts';
import { handleText } from './tc-handle.ts';

/** A queueing discipline of a device, as `tc qdisc` has it. */
export interface Qdisc {
  /** ifindex. */
  device: number;
  /** `noqueue`, `fq_codel`, `netem` … */
  kind: string;
  /** `1:` is 0x10000; a device's own qdisc has 0. Filters of a classful qdisc name it. */
  handle: number;
  /** Somebody gave it to the device. A device's own, such as a veth's `noqueue`, has no handle. */
  isGiven: boolean;
  /** Whether it is the device's own, and no other's child. */
  isRoot: boolean;
  /** What it is the child of: a class of another (`1:2` is 0x10002), {@link TC_H_ROOT} or {@link TC_H_CLSACT}. */
  parent: number;
  /** The options of its kind; undefined where hairpin cannot say them all. */
  options: object | undefined;
  /** What waits in it now. */
  backlog: { packets: number; bytes: number };
  /** Of `netem`: what it does to packets. */
  netem?: Netem;
  /** Of `tbf`: bits a second. */
  rate?: number;
}

/** A queueing discipline for a device, at its root unless it says its parent. */
interface QdiscConfig {
  device?: number;
  parent?: number;
  handle?: number | undefined;
  kind?: QdiscKind;
  options?: object;
}

export const TC_H_ROOT = 0xffff_ffff;
/** `TC_H_CLSACT`, which is `TC_H_INGRESS`. */
export const TC_H_CLSACT = 0xffff_fff1;
const CLSACT_HANDLE = 0xffff_0000;

export const tcmsg = struct('tcmsg', { family: u8, padding: pad(3), device, handle: u32, parent: u32, info: u32 });

const qdiscBody = body(
  tcmsg,
  table({
    kind: attribute('TCA_KIND', 1, string, { ifAbsent: '' }),
    /** What is in it depends on the kind. */
    options: attribute('TCA_OPTIONS', 2, bytes),
    statistics: attribute('TCA_STATS2', 7, queueStatistics),
    sizes: attribute('TCA_STAB', 8, bytes),
    ingressBlock: attribute('TCA_INGRESS_BLOCK', 13, u32),
    egressBlock: attribute('TCA_EGRESS_BLOCK', 14, u32),
  }),
);

export const tcQdisc = new Family({
  command: ['tc', 'qdisc'],
  messages: ['QDISC', 36],
  body: qdiscBody,
  complete: (config: QdiscConfig, verb) => {
    if (config.device === undefined) return {};
    const place = { device: config.device, ...(verb === 'list' ? {} : { parent: TC_H_ROOT }) };
    const { parent = TC_H_ROOT, handle, kind, options } = config;
    if (verb === 'list') return place;
    if (parent === TC_H_CLSACT) return { ...place, parent, handle: CLSACT_HANDLE, kind };
    return { ...place, parent, handle, kind, options: kind && writeQdiscOptions(kind, options) };
  },
  state: ({ device: index, kind, handle, parent, options, statistics, sizes, ingressBlock, egressBlock }): Qdisc => ({
    device: index,
    kind,
    handle,
    isGiven: handle !== 0,
    isRoot: parent === TC_H_ROOT,
    parent,
    options: sizes || ingressBlock || egressBlock ? undefined : readQdiscOptions(kind, options),
    backlog: { packets: statistics?.queue?.packets ?? 0, bytes: statistics?.queue?.bytes ?? 0 },
    ...(kind === 'netem' && options ? { netem: readNetem(options) } : {}),
    ...(kind === 'tbf' && options ? { rate: readTbfRate(options) } : {}),
  }),
  words: wordsOf,
  listWords: ({ device: index }, names) => (index === undefined ? [] : ['dev', names.device(index)]),
  // Every kernel with traffic control has queues of one kind of limit (sch_fifo.c).
  feature: ({ kind }) => (kind === undefined || kind.includes('fifo') ? undefined : `qdisc ${kind}`),
});

function wordsOf({ device: index = 0, ...given }: QdiscConfig, names: Names): string[] {
  const { parent = TC_H_ROOT, handle, kind, options } = given;
  if (parent === TC_H_CLSACT) return ['dev', names.device(index), kind ?? 'clsact'];
  const at = parent === TC_H_ROOT ? ['root'] : ['parent', handleText(parent)];
  const place = ['dev', names.device(index), ...at, ...(handle === undefined ? [] : ['handle', handleText(handle)])];
  return kind ? [...place, kind, ...qdiscWords(kind, options, names)] : place;
}
