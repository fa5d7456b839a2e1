import '../kernel/needs-node.ts';

import { setLabTracer } from '../lab/lab-tracer.ts';
import { traceLab } from '../trace/trace-lab.ts';

export { Container } from './container.ts';
export { ContainerLab, type ContainerLabOptions } from './container-lab.ts';
export { DockerEngine } from './docker-engine.ts';
export type { ContainerImage, Dockerfile } from './image.ts';
export type { ContainerOptions } from './start-container.ts';
export type { ContainerDescription, StartedContainer } from './started-container.ts';

setLabTracer(traceLab);
