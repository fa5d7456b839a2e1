import { UsageError } from '../base/validate.ts';
import { checkByRule, type JsonSchema } from '../netlink/codec/value-rule.ts';
import type { BitRules, SettingRules, Settings } from './setting.ts';

type Values = Readonly<Record<string, unknown>>;

/** A setting that a spec may say: its rules, and how its value is checked. */
export interface Option {
  rules: SettingRules;
  rule: string | undefined;
  /** The rule as a JSON Schema; undefined where no type has one. */
  schema: JsonSchema | undefined;
  /** It is another device: a spec says an interface, and is given one. */
  isDevice: boolean;
  check: (call: string, option: string, value: unknown) => void;
}

/** Whether a setting travels by messages of the kind's own. */
export function isApart(rules: SettingRules | BitRules): boolean {
  return 'apart' in rules && rules.apart === true;
}

/** The settings that have a name of their own, each with its rules. */
export function readableOf(settings: Settings): [string, Option][] {
  return Object.entries(settings).flatMap(([name, { of, rules }]): [string, Option][] => {
    const { rule, schema, isDevice = false } = of;
    const option = (own: SettingRules): Option => ({
      ...{ rules: own, rule, schema, isDevice },
      check: (...given) => checkByRule({ ...of, check: own.check ?? of.check }, ...given),
    });
    if ('each' in rules) return Object.entries((rules as BitRules).each).map(([bit, own]) => [bit, option(own)]);
    return (rules as SettingRules).internal ? [] : [[name, option(rules)]];
  });
}

/** Checks that a setting goes with the others. @throws UsageError */
export function checkWhen(call: string, name: string, { when = {} }: SettingRules, settings: Values): void {
  for (const [other, value] of Object.entries(when)) {
    if (settings[other] === value) continue;
    throw new UsageError(`${call}: ${name} belongs to ${other} ${value}: received ${other} ${settings[other]}`);
  }
}

/** A setting that is off, or an empty list or map, needs no word, unless the kernel's default is another. */
export function isKernelDefault(value: unknown, { kernelDefault = false }: SettingRules): boolean {
  const isEmpty = typeof value === 'object' && value !== null && Object.keys(value).length === 0;
  return value === undefined || value === kernelDefault || isEmpty;
}
