import type { DrawOptions } from './draw-options.ts';
import type { Lab } from './lab.ts';
import type { LoadedTopology, TopologyText } from './loaded-topology.ts';
import type { Trace, TraceProtocol } from './trace.ts';

/** What layers above the lab do for it. The arguments are checked. */
export interface UpperLayers {
  /** Carries out {@link Lab.trace}; no protocols mean all. */
  trace(lab: Lab, fn: () => unknown, protocols: readonly TraceProtocol[]): Promise<Trace>;
  /** Carries out {@link Lab.draw}. */
  draw(lab: Lab, options: DrawOptions): string;
  /** Carries out {@link Lab.pause}. */
  pause(lab: Lab): Promise<void>;
  /** Carries out {@link Lab.load}. */
  load(lab: Lab, from: string | URL | TopologyText): Promise<LoadedTopology>;
  /** Carries out {@link Lab.save}. */
  save(lab: Lab, file: string | undefined): string;
}

let above: UpperLayers | undefined;

/** Sets what is above labs. Each entry point of the library that has labs calls it. */
export function setUpperLayers(layers: UpperLayers): void {
  above = layers;
}

/** @throws Error where no entry point was loaded: a part of the library made the lab for itself */
export function upperLayers(): UpperLayers {
  if (!above) throw new Error("this lab was made without an entry point of hairpin: import 'hairpin/lab'");
  return above;
}
