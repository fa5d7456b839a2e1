import type { SettingRules } from './setting.ts';

type Values = Readonly<Record<string, unknown>>;
type Rules = readonly (readonly [name: string, rules: SettingRules])[];

/**
 * Which settings of a link the running kernel has passed over: it is older than they are, or built without what they need, and says
 * nothing of an attribute that it does not know (`nla_parse_nested_deprecated`). A kernel that knows them tells them.
 *
 * @param got what the kernel says of a link that was made with them
 */
export function ignoredSettings(all: Rules, asked: Values, got: Values): string[] {
  return doubtfulSettings(all, asked).flatMap(([name, rules]) =>
    isIgnored(asked[name], got[name], rules) ? [name] : [],
  );
}

/** Those among them that not every kernel has. */
export function doubtfulSettings(all: Rules, asked: Values): Rules {
  return all.filter(([name, { since, needs }]) => asked[name] !== undefined && (since ?? needs) !== undefined);
}

function isIgnored(asked: unknown, got: unknown, { kernelDefault = false }: SettingRules): boolean {
  // Without it the kernel behaves so.
  if (asked === kernelDefault) return false;
  return got === undefined || (['boolean', 'number'].includes(typeof asked) && asked !== got);
}
