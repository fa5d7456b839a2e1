import { whyNoEngine } from '../../lib/containers/why-no-engine.ts';

/** Why there is no private engine here, for specs that have none of the fixtures that would skip by themselves. */
export const NO_ENGINE = whyNoEngine();
