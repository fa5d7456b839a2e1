import type { LinkKind } from './link-kind.ts';
import type { SettingRules } from './setting.ts';

type Values = Readonly<Record<string, unknown>>;

/**
 * Which settings of a link the running kernel has passed over: it is older than they are, or built without what they need, and says
 * nothing of an attribute that it does not know (`nla_parse_nested_deprecated`). A kernel that knows them tells them.
 *
 * @param got what the kernel says of a link that was made with them
 */
export function ignoredSettings(kind: LinkKind, asked: Values, got: Values): string[] {
  return [...kind.options].flatMap(([name, { rules }]) =>
    mayBeIgnored(rules) && isIgnored(asked[name], got[name], rules) ? [name] : [],
  );
}

/** Whether some kernels that have the kind do not have the setting. */
export function mayBeIgnored({ since, needs }: SettingRules): boolean {
  return since !== undefined || needs !== undefined;
}

function isIgnored(asked: unknown, got: unknown, { kernelDefault = false }: SettingRules): boolean {
  // Without it the kernel behaves so.
  if (asked === undefined || asked === kernelDefault) return false;
  return got === undefined || (typeof asked === 'boolean' && asked !== got);
}
