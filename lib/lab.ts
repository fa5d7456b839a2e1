import './kernel/needs-node.ts';

import { extendLabs } from './lab/lab-extensions.ts';
import { traceLab } from './trace/trace-lab.ts';

// `hairpin/lab`: what a script needs.
export * from './lab/index.ts';

extendLabs({ trace: traceLab });
