import type { DiagnosisData } from '../diagnosis/diagnosis.ts';
import type { Code } from '../model/cause.ts';
import type { Layer } from '../wire/dissect/layer.ts';
import type { Topology } from './topology.ts';

/**
 * What a test tells the reporter, through vitest's task meta: plain JSON, so that it survives `--reporter=blob` and
 * `--merge-reports` on another machine.
 */
export interface LabMeta {
  /** Networks that the test used. */
  labs: number;
  /** Milliseconds from the making of the first to the end of the last. */
  milliseconds: number;
  /** As vitest's attempts: a test that is retried or repeated has several. */
  attempts?: AttemptMeta[];
}

export interface AttemptMeta {
  /** In the order in which they ended. */
  assertions?: AssertionMeta[];
  /** The network at the attempt's end. */
  network?: Topology;
  /** The first failed question that the taps can say something of. */
  failure?: FailureMeta;
  /** The files that were kept: their folder, seen from the results folder, and their names. */
  evidence?: { folder: string; files: string[] };
}

export interface AssertionMeta {
  /** As it was written: `expect(ns1).toReach(ns2)`. */
  title: string;
  passed: boolean;
  /** Milliseconds since the test began. */
  ended: number;
  /** Milliseconds that it took, where that is known. */
  took?: number;
}

export interface FailureMeta {
  title: string;
  /** The network at that moment. */
  network: Topology;
  /** Why, where it is known what kept a frame. */
  diagnosis?: DiagnosisData;
  /** The probe's way, and its answer's where there was one. */
  ways: WayMeta[];
  /** The different frames that the hops point to: a router changes one, a switch does not. */
  frames: { line: string; layers: Layer[] }[];
}

/** The way of a frame through the lab, depth first. */
export interface WayMeta {
  title: string;
  hops: HopMeta[];
  lost?: { at: string; code: Code; text: string; hint?: string };
}

export interface HopMeta {
  /** `ns1/m1`. */
  at: string;
  direction: 'in' | 'out';
  /** The hop that it came from, by its number in the way; none for the first. */
  from?: number;
  /** Since the frame was sent. */
  microseconds: number;
  frame: number;
}

declare module 'vitest' {
  interface TaskMeta {
    hairpin?: LabMeta;
  }
}
