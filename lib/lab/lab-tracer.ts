import type { Lab } from './lab.ts';
import type { Trace, TraceProtocol } from './trace.ts';

/** The methods of a lab that layers above it carry out. */
export interface LabExtensions {
  /** {@link Lab.trace}, with its arguments checked; no protocols mean all. */
  trace(lab: Lab, fn: () => unknown, protocols: readonly TraceProtocol[]): Promise<Trace>;
}

let extensions: LabExtensions | undefined;

/** Sets who carries them out. Each entry point of the library that has labs does so. */
export function extendLabs(by: LabExtensions): void {
  extensions = by;
}

/** @throws Error where no entry point was loaded: a part of the library made the lab for itself */
export function labExtensions(): LabExtensions {
  if (!extensions) throw new Error("this lab was made without an entry point of hairpin: import 'hairpin/lab'");
  return extensions;
}
