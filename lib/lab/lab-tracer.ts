import type { Lab } from './lab.ts';
import type { Trace, TraceProtocol } from './trace.ts';

/** Carries out {@link Lab.trace}, whose arguments are checked; no protocols mean all. */
export type LabTracer = (lab: Lab, fn: () => unknown, protocols: readonly TraceProtocol[]) => Promise<Trace>;

let tracer: LabTracer | undefined;

/** Sets who traces labs: a layer above them. Each entry point of the library that has labs calls it. */
export function setLabTracer(by: LabTracer): void {
  tracer = by;
}

/** @throws Error where no entry point was loaded: a part of the library made the lab for itself */
export function labTracer(): LabTracer {
  if (!tracer) throw new Error("this lab was made without an entry point of hairpin: import 'hairpin/lab'");
  return tracer;
}
