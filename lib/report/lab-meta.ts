import type { DiagnosisData } from '../diagnosis/diagnosis.ts';
import type { Code } from '../model/cause.ts';
import type { Layer } from '../wire/dissect/layer.ts';
import type { Topology } from './drawing/topology.ts';

/**
 * What a test tells the reporter, through vitest's task meta: plain JSON, so that it survives `--reporter=blob` and
 * `--merge-reports` on another machine.
 */
export interface LabMeta {
  /** Networks that the test used. */
  labs: number;
  /** Milliseconds from the making of the first to the end of the last. */
  milliseconds: number;
  /** The kernel's release: a blob may be merged on another machine. */
  kernel?: string;
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

/** A failed question. `schemas/failure.json` describes it for readers outside of hairpin. */
export interface FailureMeta {
  /** Another number where a reader of this one would go wrong. */
  version: typeof FAILURE_VERSION;
  /** As it was written: `expect(ns1).toReach(ns2)`. */
  question: string;
  /** The network was not asked, or said nothing: neither the answer that was expected nor another. */
  inconclusive: boolean;
  /** Who asked, or sent the frame, and who was to answer, or to get it; where the question has two ends. */
  from?: EndMeta;
  to?: EndMeta;
  /** Why, where it is known what kept a frame. */
  diagnosis?: DiagnosisData;
  /** The message: its labels in their order. */
  lines: { label: string; text: string }[];
  /** The message: what to do. */
  hint?: string;
  /** The message: what stands below, such as the nearest entries. */
  notes?: string[];
  /** The probe's path, and its answer's where there was one. */
  paths: PathMeta[];
  /** The different frames that the hops point to: a router changes one, a switch does not. */
  frames: { line: string; layers: Layer[] }[];
  /** The network at that moment. */
  network: Topology;
}

export const FAILURE_VERSION = 1;

/** Its name in the folder of its test in `test-results`. */
export const FAILURE_FILE = 'failure.json';

/** What is in that file. */
export interface FailureFile extends FailureMeta {
  test: FailedTest;
  /** The names of the files beside it. */
  files: string[];
}

export interface FailedTest {
  /** Seen from the project's root. */
  file: string;
  /** With the suites that it is in. */
  name: string;
  /** From 1. */
  attempt: number;
  /** vitest's project, where it has a name. */
  project?: string;
}

export interface EndMeta {
  /** None for an address that no namespace of the lab has. */
  namespace?: string;
  /** `ns1/m1`. */
  device?: string;
  /** An IP address; of a frame's end the MAC address. */
  address: string;
}

/** The path of a frame through the lab, depth first. */
export interface PathMeta {
  /** Whose: `the last probe`, `its answer`. */
  of: string;
  /** The frame in words. */
  packet: string;
  /** As the message draws it; none for an answer that the message leaves out. */
  drawing?: string;
  hops: HopMeta[];
  lost?: { at: string; code: Code; text: string; hint?: string };
}

export interface HopMeta {
  /** `ns1/m1`. */
  at: string;
  direction: 'in' | 'out';
  /** The hop that it came from, by its number in the path; none for the first. */
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
