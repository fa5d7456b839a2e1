import '../lib/cli/needs-node.ts';

import { initCommand } from '../lib/cli/init.ts';
import { runProgram } from '../lib/cli/run-program.ts';
import own from '../package.json' with { type: 'json' };

// Bundled, so that neither a first `npm create` installs what hairpin needs, nor pnpm asks about koffi's script.
const program = initCommand({ ...own, hairpin: `^${own.version}` })
  .name('create-hairpin')
  .version(own.version);
await runProgram(program);
