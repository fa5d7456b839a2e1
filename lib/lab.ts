import './kernel/needs-node.ts';

import { setUpperLayers } from './lab/upper-layers.ts';
import { drawLab } from './report/draw-lab.ts';
import { pauseLab } from './shell/pause.ts';
import { traceLab } from './trace/trace-lab.ts';

// `hairpin/lab`: what a script needs.
export * from './lab/index.ts';

setUpperLayers({ trace: traceLab, draw: drawLab, pause: pauseLab });
