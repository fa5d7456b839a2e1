import { whyNodeIsTooOld } from '../base/node-version.ts';
import { EXIT } from './exit-codes.ts';

// Before all else of the program, as kernel/needs-node.ts is of a library; here without a stack.
const reason = whyNodeIsTooOld(process.versions.node);
if (reason !== undefined) {
  process.stderr.write(`${reason}\n`);
  process.exit(EXIT.unable);
}
