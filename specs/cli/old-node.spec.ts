import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, type Namespace, test } from 'hairpin';
import { whyNodeIsTooOld } from '../../lib/base/node-version.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A Node that says it is 20, knows no `Map.groupBy`, and has no more in `node:util` than hairpin may ask it for by name. */
const OLD = `
import { registerHooks } from 'node:module';
Object.defineProperty(process.versions, 'node', { value: '20.20.2' });
delete Map.groupBy;
const url = 'data:text/javascript,' + encodeURIComponent(
  "import util from 'node:util'; export const { inspect, isDeepStrictEqual, promisify, stripVTControlCharacters } = util; export default util;");
registerHooks({
  resolve: (specifier, context, next) =>
    specifier === 'node:util' && ['lib', 'dist'].some((folder) => context.parentURL.startsWith('${pathToFileURL(ROOT)}' + folder)) ? { url, shortCircuit: true } : next(specifier, context),
});`;

const ENTRIES = ['index', 'lab', 'config', 'containers/index', 'plugins/index', 'report/runs/reporter'];
/** In this repository, and as `npm run build` makes it of that. */
const inBothForms = (name: string) => [`lib/${name}.ts`, `dist/lib/${name}.js`];

// host: an old node, on each of the package's entries
test.for(ENTRIES.flatMap(inBothForms))('%s says on an old Node what it needs', async (entry, { lab }) => {
  const { exitCode, stderr } = await oldNode(lab.namespace('host'), join(ROOT, entry));
  expect(exitCode).toBe(1);
  expect(stderr).toContain('Error: hairpin needs Node 22.12 or newer: this is 20.20.2');
});

test.for(inBothForms('cli/main'))('%s says it in a line, and exits with 3', async (program, { lab }) => {
  const stderr = 'hairpin needs Node 22.12 or newer: this is 20.20.2';
  const host = lab.namespace('host');
  expect(await oldNode(host, join(ROOT, program), '--help')).toMatchObject({ exitCode: 3, stdout: '', stderr });
});

test('from 22.12 on it is none', () => {
  expect(['20.20.2', '22.11.0', '18.0.0'].map(whyNodeIsTooOld)).not.toContain(undefined);
  expect(['22.12.0', '23.0.0', '24.21.0', '26.0.0-nightly'].map(whyNodeIsTooOld)).toEqual(Array(4).fill(undefined));
});

function oldNode(host: Namespace, ...args: string[]) {
  const old = `data:text/javascript,${encodeURIComponent(OLD)}`;
  return host.exec(process.execPath, ['--no-warnings', '--import', old, ...args], { reject: false });
}
