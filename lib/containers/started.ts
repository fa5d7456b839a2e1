import type { Container } from './container.ts';
import type { StartedContainer } from './started-container.ts';

const started = new WeakMap<Container, StartedContainer>();

/** Registers that a container is ready. */
export function setStarted(container: Container, object: StartedContainer): void {
  started.set(container, object);
}

/** Undefined before the container's wait strategy has said that it is ready. */
export function startedOf(container: Container): StartedContainer | undefined {
  return started.get(container);
}
