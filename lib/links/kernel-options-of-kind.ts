import { kindOf } from './registry.ts';

/** The options of a kernel's `.config` that bring a kind of links, without `CONFIG_`; undefined where nobody knows. */
export function kernelOptionsOf(kind: string): readonly string[] | undefined {
  const description = kindOf({ kind })?.description;
  return description && [...(description.dependsOn ?? []), description.option];
}
