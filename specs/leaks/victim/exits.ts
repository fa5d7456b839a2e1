import { createLab } from '../../../lib/lab.ts';
import { startFamily } from './family.ts';

/** A script that does not close its lab; kill.spec.ts runs it. */
await startFamily(createLab());
process.exit(7);
