import { whyNodeIsTooOld } from './node-version.ts';

// The first import of every entry, so that this is what an old Node says. What it lacks may be used behind it, but not be
// imported by name: all modules are linked before the first is evaluated.
const reason = whyNodeIsTooOld(process.versions.node);
if (reason !== undefined) throw new Error(reason);
