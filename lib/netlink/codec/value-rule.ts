import { wrongOption } from '../../base/validate.ts';
import { familyOf, normalizeIp } from '../../wire/ip-address.ts';
import { isMac } from '../../wire/mac-address.ts';

/** Which values an option or a property takes. */
export interface ValueRule {
  /** In the words of an error: `true or false`. */
  readonly rule: string;
  /** As a JSON Schema, for editors of topology files. */
  readonly schema?: JsonSchema;
  /** The value as hairpin says it; undefined for a value that breaks the rule. */
  accept(value: unknown): unknown;
}

/** A JSON Schema (draft 2020-12), as data. */
export type JsonSchema = { readonly [keyword: string]: unknown };

/** A rule, maybe with a check whose error says more than the rule. */
interface Checked extends Partial<ValueRule> {
  check?: ((call: string, option: string, value: unknown) => void) | undefined;
}

/** Checks a value that a spec chose; `undefined` passes. @throws UsageError that names the call and the option */
export function checkByRule({ rule = '', accept, check }: Checked, call: string, option: string, value: unknown): void {
  if (value === undefined) return;
  if (check) check(call, option, value);
  else if (accept && accept(value) === undefined) throw wrongOption(call, option, rule, value);
}

const TEXT: JsonSchema = { type: 'string' };

export const yesOrNo: ValueRule = {
  rule: 'true or false',
  schema: { type: 'boolean' },
  accept: (value) => (typeof value === 'boolean' ? value : undefined),
};

export const whole: ValueRule = {
  rule: 'a whole number from 0',
  schema: { type: 'integer', minimum: 0 },
  accept: (value) => (Number.isInteger(value) && Number(value) >= 0 ? value : undefined),
};

/** A whole number in a range. */
export function from(least: number, most: number): ValueRule {
  return {
    rule: `a whole number from ${least} to ${most}`,
    schema: { type: 'integer', minimum: least, maximum: most },
    accept: (value) => (Number.isInteger(value) && isBetween(value, least, most) ? value : undefined),
  };
}

/** So many of a unit in a range, and parts of the unit too. */
export function amount(unit: 'seconds' | 'milliseconds' | 'percent', least: number, most: number): ValueRule {
  return {
    rule: `${unit}, from ${least} to ${most}`,
    schema: { type: 'number', minimum: least, maximum: most },
    accept: (value) => (typeof value === 'number' && isBetween(value, least, most) ? value : undefined),
  };
}

function isBetween(value: unknown, least: number, most: number): boolean {
  return Number(value) >= least && Number(value) <= most;
}

export const text: ValueRule = {
  rule: 'a text that is not empty',
  schema: TEXT,
  accept: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
};

/** A text in which a pattern is found. */
export function matching(pattern: string, rule: string): ValueRule {
  const found = new RegExp(pattern);
  return {
    rule,
    schema: { type: 'string', pattern },
    accept: (value) => (typeof value === 'string' && found.test(value) ? value : undefined),
  };
}

export const ipAddress = ipThat('an IP address such as 10.0.0.1 or fd00::1', () => true);

/** An IP address for which something holds. */
export function ipThat(rule: string, holds: (address: string) => boolean): ValueRule {
  return {
    rule,
    schema: TEXT,
    accept: (value) => (typeof value === 'string' && familyOf(value) && holds(value) ? normalizeIp(value) : undefined),
  };
}

export const macAddress: ValueRule = {
  rule: 'a MAC address such as 02:00:00:00:00:01',
  schema: TEXT,
  accept: (value) => (isMac(value) ? value.toLowerCase() : undefined),
};

/** One of some words or numbers, and no other. */
export function among(...values: readonly (string | number)[]): ValueRule {
  return {
    rule: `one of ${values.join(', ')}`,
    schema: { enum: values },
    accept: (value) => (values.some((each) => each === value) ? value : undefined),
  };
}

/** One of some words; a number stands for one that hairpin does not know. */
export function word(...words: readonly string[]): ValueRule {
  return {
    rule: `one of ${words.join(', ')}`,
    schema: { anyOf: [{ enum: words }, { type: 'string', pattern: '^\\d+$' }] },
    accept: (value) =>
      typeof value === 'string' && (words.includes(value) || /^\d+$/.test(value)) ? value : undefined,
  };
}

/** One word; `rule` if an error says it otherwise. */
export function exactly(only: string, rule = only): ValueRule {
  return { rule, schema: { const: only }, accept: (value) => (value === only ? value : undefined) };
}

/** A value that one of several rules takes. */
export function anyOf(...rules: readonly ValueRule[]): ValueRule {
  return {
    rule: rules.map(({ rule }) => rule).join(', or '),
    schema: { anyOf: rules.map(({ schema = {} }) => schema) },
    accept: (value) => {
      for (const { accept } of rules) {
        const accepted = accept(value);
        if (accepted !== undefined) return accepted;
      }
      return undefined;
    },
  };
}

interface ListOptions {
  rule?: string;
  least?: number;
  most?: number;
}

/** A list of such values. */
export function listOf(
  each: ValueRule,
  { rule = `a list, each ${each.rule}`, least = 0, most = Number.POSITIVE_INFINITY }: ListOptions = {},
): ValueRule {
  return {
    rule,
    schema: { type: 'array', items: each.schema ?? {} },
    accept: (value) => {
      if (!Array.isArray(value) || !isBetween(value.length, least, most)) return undefined;
      const all = Array.from(value, (one) => each.accept(one));
      return all.includes(undefined) ? undefined : all;
    },
  };
}
