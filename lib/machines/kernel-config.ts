import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { Kernel } from './kernel.ts';

/**
 * Whether a kernel has options built in, by the configuration that lies where a package or a build puts it. Undefined where none
 * does.
 *
 * @param options without `CONFIG_`
 */
export function hasBuiltIn({ image, release }: Kernel, options: readonly string[]): boolean | undefined {
  const beside = dirname(image);
  // Of a build: arch/x86/boot/bzImage.
  for (const path of [join(beside, `config-${release}`), join(beside, '../../../.config')]) {
    const text = read(path);
    if (text !== undefined) return options.every((option) => text.includes(`\nCONFIG_${option}=y\n`));
  }
  return undefined;
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
