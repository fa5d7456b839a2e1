import './kernel/needs-node.ts';

import { setLabTracer } from './lab/lab-tracer.ts';
import { traceLab } from './trace/trace-lab.ts';

// `hairpin/lab`: what a script needs.
export * from './lab/index.ts';

setLabTracer(traceLab);
