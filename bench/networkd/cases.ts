import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { Unit } from './unit.ts';

const FOLDER = 'test/test-network';
const TESTS = 'systemd-networkd-tests.py';

/** Files that networkd gets together. */
export interface Case {
  /** The test of systemd that does so, or the file that no test names. */
  name: string;
  /** Texts by names, with drop-ins and keys. */
  files: Record<string, string>;
  units: Unit[];
  /** The files that no other case judges. */
  judged: ReadonlySet<string>;
  /** The names of the dummies of all cases. */
  dummies: ReadonlySet<string>;
  /** A dummy is made as it stands. Elsewhere a cable's end takes its place. */
  isDummy: boolean;
}

/** The files that a test copies before it first starts networkd. */
interface Copied {
  test: string;
  files: string[];
}

export function hasTests(sources: string): boolean {
  return existsSync(join(sources, FOLDER, TESTS));
}

/** The .netdev, .network and .link files of systemd's tests. */
function unitFiles(sources: string): string[] {
  return readdirSync(join(sources, FOLDER, 'conf'))
    .filter((name) => /\.(netdev|network|link)$/.test(name))
    .toSorted();
}

/**
 * Each file comes with the files of the first test that copies it before it starts networkd. A file that is copied only later, or
 * that no test names, comes with the .netdev files of the links that it names, and without drop-ins. Each dummy has a case of
 * its own.
 */
export function listCases(sources: string): Case[] {
  const folder = join(sources, FOLDER, 'conf');
  const files = unitFiles(sources);
  const tests = readTests(readFileSync(join(sources, FOLDER, TESTS), 'utf8'), folder);
  const units = new Map(files.map((name) => [name, read(folder, name, dropInsOf(folder, name))]));
  const isDummy = (name: string) => units.get(name)?.get('NetDev', 'Kind') === 'dummy';
  // A .link file is for udev.
  const dummies = new Set(files.filter(isDummy).map((name) => units.get(name)?.get('NetDev', 'Name') ?? ''));
  const left = new Set(files.filter((name) => !isDummy(name) && !name.endsWith('.link')));
  const cases: Case[] = [];
  const take = (name: string, names: readonly string[], dummy = false) => {
    if (!dummy && names.every((file) => !left.has(file))) return;
    const judged = new Set(names.filter((file) => (dummy ? file === name : left.delete(file))));
    const texts = names.map((file) => [file, readFileSync(join(folder, file), 'utf8')]);
    const own = names.filter((file) => units.has(file));
    const dropIns = (file: string) => names.filter((each) => dirname(each) === `${file}.d`);
    const made = own.map((file) => read(folder, file, dropIns(file)));
    cases.push({ name, files: Object.fromEntries(texts), units: made, judged, dummies, isDummy: dummy });
  };
  for (const { test, files: together } of tests) take(test, together);
  for (const name of [...left])
    take(name, [name, ...makersOf(units, name).flatMap((maker) => withDropIns(folder, maker))]);
  for (const name of files.filter(isDummy)) take(name, withDropIns(folder, name), true);
  return cases;
}

function read(folder: string, name: string, dropIns: readonly string[]): Unit {
  return new Unit(name, ...[name, ...dropIns].map((file) => readFileSync(join(folder, file), 'utf8')));
}

function dropInsOf(folder: string, name: string): string[] {
  const own = join(folder, `${name}.d`);
  return existsSync(own)
    ? readdirSync(own)
        .toSorted()
        .map((file) => `${name}.d/${file}`)
    : [];
}

function withDropIns(folder: string, name: string): string[] {
  return [name, ...dropInsOf(folder, name)];
}

/** The .netdev files of what a .network file matches, and of what it puts on it or it belongs to: the first of each name. */
function makersOf(units: ReadonlyMap<string, Unit>, network: string): string[] {
  const unit = units.get(network);
  const wanted = [...(unit?.matches ?? []), ...STACKED.flatMap((key) => unit?.all('Network', key) ?? [])];
  const makers = [...units.values()].filter(
    (each) => each.get('NetDev', 'Kind') !== 'dummy' && wanted.includes(each.get('NetDev', 'Name') ?? ''),
  );
  return [...new Map(makers.toReversed().map((each) => [each.get('NetDev', 'Name'), each.name])).values()];
}

const STACKED = ['Bond', 'Bridge', 'VRF', 'VLAN', 'MACVLAN', 'Tunnel', 'VXLAN'];

const WORDS =
  /^ {4}def (?<test>_?test_\w+)\(|\bcopy_network_unit\((?<copied>[^()]*)\)|\b(?<start>(?:re)?start_networkd)\(\)/gm;

/** The calls of `copy_network_unit`, in the order of the file. */
function readTests(python: string, folder: string): Copied[] {
  const tests: (Copied & { started: boolean })[] = [];
  for (const { groups: { test, copied, start } = {} } of python.matchAll(WORDS)) {
    const last = tests.at(-1);
    if (test !== undefined) tests.push({ test, files: [], started: false });
    else if (start !== undefined && last) last.started = true;
    else if (copied !== undefined && last && !last.started)
      last.files.push(...namesIn(copied, folder).filter((name) => !last.files.includes(name)));
  }
  return tests;
}

/** As `copy_network_unit` has it: a drop-in comes with its unit, a unit with all its drop-ins. */
function namesIn(copied: string, folder: string): string[] {
  const named = [...copied.matchAll(/'([^']+)'/g)].map(([, name = '']) => name);
  const all = named.flatMap((name) => {
    if (name.endsWith('.conf')) return [dirname(name).slice(0, -'.d'.length), name];
    return copied.includes('copy_dropins=False') ? [name] : withDropIns(folder, name);
  });
  return [...new Set(all)].filter((name) => existsSync(join(folder, name)));
}
