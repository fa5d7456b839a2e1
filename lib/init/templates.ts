import { COMMANDS, type PackageManager } from './package-manager.ts';

export const CONFIG = `import { hairpin } from 'hairpin/config';\nimport { defineConfig } from 'vitest/config';

export default defineConfig({ plugins: [hairpin()] });
`;

/** The README's first spec. */
export const SPEC = `import { expect, test } from 'hairpin';

// ns1 ─ macvlan ┐
//               ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
// ns2 ─ macvlan ┘
test('vepa children talk only through a reflecting switch', async ({ macvlanPair }) => {
  const { ns1, ns2, gateway, switchPort } = macvlanPair({ mode: 'vepa' });

  await expect(ns1).toReach(gateway);
  await expect(ns1).not.toReach(ns2);

  switchPort.set({ hairpin: true });
  await expect(ns1).toReach(ns2);
  await expect(ns2).toHear(ns1, { frame: 'broadcast', copies: 1 });
});
`;

/** For an editor's sake: vitest itself reads nothing of it. */
export const TSCONFIG = `{
  "compilerOptions": {
    "target": "es2024",
    "lib": ["es2024", "esnext.disposable"],
    "module": "preserve",
    "allowImportingTsExtensions": true,
    "types": ["node"],
    "strict": true,
    "skipLibCheck": true,
    "noEmit": true
  }
}
`;

/** @param folder the project, from the top of its repository; empty where it is the top */
export function githubWorkflow(manager: PackageManager, folder: string): string {
  return `name: Network

on: [push, pull_request]

permissions:
  contents: read

jobs:
  network:
    runs-on: ubuntu-latest
    timeout-minutes: 30
${folder ? `    defaults:\n      run:\n        working-directory: ${JSON.stringify(folder)}\n` : ''}    steps:
      - uses: actions/checkout@v4
      - uses: actions/setup-node@v4
        with:
          node-version: 24
${ofCorepack(manager, '      - run: ')}      - run: ${COMMANDS[manager].installLocked}
      - run: sudo env "PATH=$PATH" ${vitest(manager)}
      - uses: actions/upload-artifact@v4
        if: \${{ failure() }}
        with:
          name: test-results
          path: ${JSON.stringify(folder ? `${folder}/test-results/` : 'test-results/')}
          if-no-files-found: ignore
`;
}

/** @param folder as of {@link githubWorkflow} */
export function gitlabJob(manager: PackageManager, folder: string): string {
  return `network:
  image: node:24
  script:
${folder ? `    - ${JSON.stringify(`cd '${folder}'`)}\n` : ''}${ofCorepack(manager, '    - ')}    - ${COMMANDS[manager].installLocked}
    - ${vitest(manager)}
  artifacts:
    when: on_failure
    paths: [${JSON.stringify(folder ? `${folder}/test-results/` : 'test-results/')}]
`;
}

/** Node brings npm alone. */
function ofCorepack(manager: PackageManager, before: string): string {
  return manager === 'npm' ? '' : `${before}corepack enable\n`;
}

/** pnpm's own way would install once more, as root. */
function vitest(manager: PackageManager): string {
  return `${manager === 'yarn' ? 'yarn' : 'npx'} vitest run`;
}
