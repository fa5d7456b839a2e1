import type { PackageManager } from './package-manager.ts';

export type Fields = Record<string, unknown>;

/**
 * The decision not to run koffi's install script, which builds what its package brings for Linux. Until a project has decided, npm 11
 * and yarn 4 warn and pnpm 11 fails. Older ones do not know these fields, and pass over them.
 */
export const IN_MANIFEST: Partial<Record<PackageManager, [field: string, decision: Fields]>> = {
  npm: ['allowScripts', { koffi: false }],
  yarn: ['dependenciesMeta', { koffi: { built: false } }],
};

/** The file that only pnpm reads. */
export const PNPM_BUILDS = `allowBuilds:
  koffi: false
`;

/** The field of package.json that is missing, with what is in it already; undefined where the project has decided. */
export function missingDecision(fields: Fields, manager: PackageManager): [field: string, value: Fields] | undefined {
  const [field, decision] = IN_MANIFEST[manager] ?? [];
  if (field === undefined) return undefined;
  const there = fields[field] ?? {};
  // npm has `koffi@3.3.4`, too. Package managers ignore a value that is not an object.
  if (Object(there) !== there || Object.keys(there).some((key) => /^koffi(@|$)/.test(key))) return undefined;
  return [field, { ...there, ...decision }];
}
