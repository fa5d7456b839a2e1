import './base/needs-node.ts';

import { setUpperLayers } from './lab/upper-layers.ts';
import { drawLab } from './report/drawing/draw-lab.ts';
import { pauseLab } from './shell/pause.ts';
import { loadTopology } from './topologies/load.ts';
import { saveTopology } from './topologies/save.ts';
import { traceLab } from './trace/trace-lab.ts';

// `hairpin/lab`: what a script needs.
export * from './lab/index.ts';

setUpperLayers({ trace: traceLab, draw: drawLab, pause: pauseLab, load: loadTopology, save: saveTopology });
