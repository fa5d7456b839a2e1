import { matchesGlob, normalize } from 'node:path';
import { errorMessage } from '../base/error-message.ts';
import { isObject } from '../base/plain-object.ts';
import { UsageError } from '../base/validate.ts';
import { type Fields, missingDecision } from './koffi-script.ts';
import type { PackageManager } from './package-manager.ts';

export interface AmendedManifest {
  text: string;
  /** The fields that are new. */
  added: string[];
  byHand: string[];
  /** Whether its files are ES modules. */
  isModule: boolean;
  /** Whether `npm test` runs vitest. */
  testsByScript: boolean;
}

/** What `npm init` writes. */
const PLACEHOLDER = /no test specified/;
const VITEST = 'vitest run';

/**
 * A package.json with what hairpin needs. What is there stays: a package of another version, and a script of the name.
 *
 * @param text undefined where there is none
 * @param needs the packages, with the versions that are asked for
 * @param decidesFor the package manager that reads in it which install scripts are run; undefined where it reads another
 * @throws UsageError for one that is not JSON
 */
export function amendManifest(
  text: string | undefined,
  needs: Readonly<Record<string, string>>,
  decidesFor: PackageManager | undefined,
): AmendedManifest {
  const fields = text === undefined ? { private: true, type: 'module' } : parse(text);
  const scripts = { ...Object(fields['scripts']) };
  const added = text === undefined ? ['type'] : [];
  if (scripts.test === undefined || PLACEHOLDER.test(scripts.test)) {
    scripts.test = VITEST;
    added.push('scripts.test');
  }
  const there = { ...Object(fields['peerDependencies']), ...Object(fields['dependencies']) };
  const packages = { ...Object(fields['devDependencies']) };
  const missing = Object.keys(needs).filter((name) => !(name in there) && !(name in packages));
  for (const name of missing) packages[name] = needs[name];
  added.push(...missing.map((name) => `devDependencies.${name}`));
  const decision = decidesFor && missingDecision(fields, decidesFor);
  if (decision) added.push(`${decision[0]}.koffi`);
  const amended = {
    ...{ ...fields, scripts, ...(missing.length > 0 ? { devDependencies: sorted(packages) } : {}) },
    ...(decision ? { [decision[0]]: decision[1] } : {}),
  };
  return {
    text: added.length > 0 || text === undefined ? print(amended, text) : text,
    added,
    byHand: outdated({ ...there, ...packages }, needs),
    isModule: fields['type'] === 'module',
    testsByScript: /\bvitest\b/.test(scripts.test),
  };
}

/** The package.json at the top of a workspace, with nothing but the decision on koffi's script; nothing is added to one that has it. */
export function decideOnKoffiInManifest(text: string, manager: PackageManager): { text: string; added: string } {
  const fields = parse(text);
  const decision = missingDecision(fields, manager);
  if (!decision) return { text, added: '' };
  const [field, value] = decision;
  return { text: print({ ...fields, [field]: value }, text), added: `${field}.koffi` };
}

/** Whether it is the top of a workspace of npm or yarn that a folder below it belongs to. */
export function hasMember(text = '{}', folder: string): boolean {
  try {
    const { workspaces } = parse(text);
    const patterns: unknown = Array.isArray(workspaces) ? workspaces : Object(workspaces).packages;
    return (
      Array.isArray(patterns) && patterns.some((each) => matchesGlob(folder, normalize(`${each}/.`).replace(/\/$/, '')))
    );
  } catch {
    return false;
  }
}

function print(fields: Fields, before: string | undefined): string {
  return `${JSON.stringify(fields, undefined, indentOf(before))}\n`;
}

function parse(text: string): Fields {
  let fields: unknown;
  try {
    // npm takes a byte order mark, too.
    fields = JSON.parse(text.replace(/^\uFEFF/, ''));
  } catch (error) {
    throw new UsageError(`package.json is not JSON: ${errorMessage(error)}`);
  }
  if (isObject(fields)) return fields as Fields;
  throw new UsageError('package.json must have an object in it');
}

/** What package managers refuse, or only warn of: an older vitest than hairpin works with. */
function outdated(there: Record<string, unknown>, needed: Readonly<Record<string, string>>): string[] {
  const [has, needs] = [majorOf(there['vitest']), majorOf(needed['vitest'])];
  if (has === undefined || needs === undefined || has >= needs) return [];
  return [`"vitest": "${needed['vitest']}" in place of "${there['vitest']}": hairpin does not work with that one`];
}

/** The first number of `^5.1.0`; undefined of `latest`, `workspace:*` or `^4 || ^5`. */
function majorOf(range: unknown): number | undefined {
  const [, major] = /^[~^]?(\d+)(\.[\w.-]+)?$/.exec(String(range)) ?? [];
  return major === undefined ? undefined : Number(major);
}

/** As every package manager writes them. */
function sorted(packages: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(packages).toSorted(([one], [other]) => (one < other ? -1 : 1)));
}

function indentOf(text = ''): string {
  return /^[{[][^\n]*\n([ \t]+)/.exec(text)?.[1] ?? '  ';
}
