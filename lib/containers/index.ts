import '../base/needs-node.ts';

import { setUpperLayers } from '../lab/upper-layers.ts';
import { drawLab } from '../report/drawing/draw-lab.ts';
import { pauseLab } from '../shell/pause.ts';
import { loadTopology } from '../topologies/load.ts';
import { saveTopology } from '../topologies/save.ts';
import { traceLab } from '../trace/trace-lab.ts';

export { Container } from './container.ts';
export { ContainerLab, type ContainerLabOptions } from './container-lab.ts';
export { DockerEngine } from './docker-engine.ts';
export type { ContainerImage, Dockerfile } from './image.ts';
export type { ContainerOptions } from './start-container.ts';
export type { ContainerDescription, StartedContainer } from './started-container.ts';

setUpperLayers({ trace: traceLab, draw: drawLab, pause: pauseLab, load: loadTopology, save: saveTopology });
