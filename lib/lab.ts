import './kernel/needs-node.ts';

import './trace/lab-trace.ts';

// `hairpin/lab`: what a script needs. The folder's own index is below the layer that lab.trace() is of.
export * from './lab/index.ts';
export type { CapturedFrame } from './trace/capture.ts';
export type { TraceOptions, TraceProtocol } from './trace/lab-trace.ts';
export type { Hop } from './trace/path.ts';
export type { Trace, TracedPath } from './trace/trace.ts';
