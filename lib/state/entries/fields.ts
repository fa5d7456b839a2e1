import { isPlainObject } from '../../kernel/plain-object.ts';
import { article, LONGEST_INTERFACE_NAME, nearestIs, show, UsageError, wrongOption } from '../../kernel/validate.ts';
import type { JsonSchema } from '../../netlink/type.ts';
import { familyOf, networkOf, normalizeIp, parsePrefix } from '../../wire/ip-address.ts';
import { isMac } from '../../wire/mac-address.ts';

/** What a value of an entry is. */
export interface Field {
  /** The rule, for the words of an error: `true or false`. */
  readonly rule: string;
  /** The rule as a JSON Schema, for editors of topology files. */
  readonly schema?: JsonSchema;
  /** The value as an entry has it; undefined for one that no entry can have. */
  read(value: unknown): unknown;
  /** The fields of the objects that it is a list of, or that it is. */
  readonly inner?: Fields;
  /** It is one such object, and no list. */
  readonly isOne?: true;
}

/** The values of an entry by their names. */
export type Fields<Entry extends object = Readonly<Record<string, unknown>>> = { readonly [K in keyof Entry]-?: Field };

/** Something that is compared by its own rule: `expect.stringMatching(/^fe80:/)`. */
interface Asymmetric {
  asymmetricMatch(other: unknown): boolean;
  sample?: unknown;
}

export function isAsymmetric(value: unknown): value is Asymmetric {
  return typeof value === 'object' && value !== null && 'asymmetricMatch' in value;
}

/**
 * Checks what a spec says of an entry: a value that no entry can have would make a negative pass for ever.
 *
 * @param resolve the name of a device that is given as an object
 * @returns the same with each value as an entry has it
 * @throws UsageError for a name that no entry has, and for a value that is none of its kind
 */
export function checkEntry(
  call: string,
  { noun, fields, complete = (given) => given }: Checker,
  expected: unknown,
  resolve: (value: unknown) => unknown,
): unknown {
  const given = withoutContaining(expected);
  if (isAsymmetric(given)) return given;
  if (!isPlainObject(given)) {
    const [first] = Object.keys(fields);
    throw new UsageError(
      `${call}: ${article(noun)} must be said as an object such as { ${first}: … }: received ${show(given)}`,
    );
  }
  const entries = Object.entries(complete(given)).map(([name, value]) => {
    const field = Object.hasOwn(fields, name) ? fields[name] : undefined;
    if (!field) {
      const known = Object.keys(fields);
      throw new UsageError(
        `${call}: ${article(noun)} has no ${show(name)}${nearestIs(name, known)}; it has ${known.join(', ')}`,
      );
    }
    return [name, checkValue({ call, name, field, resolve }, resolve(value))];
  });
  return Object.fromEntries(entries);
}

/** What an entry has; an `EntryKind` is one. */
interface Checker {
  noun: string;
  fields: Fields;
  complete?: ((given: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>) | undefined;
}

/**
 * Checks the values of an option object, of which the names are known to be right.
 *
 * @param resolve the name of a device that is given as an object
 * @returns the same with each value as an entry has it
 * @throws UsageError for a value that is none of its kind
 */
export function checkOptionValues<T extends object>(
  call: string,
  fields: Fields,
  options: T,
  resolve = (value: unknown) => value,
): T {
  const checked = Object.entries(options).map(([name, value]) => {
    const field = fields[name];
    // A matcher of vitest's is for entries that are there.
    if (field && isAsymmetric(value)) throw wrongOption(call, name, field.rule, value);
    return [name, field ? checkValue({ call, name, field, resolve }, resolve(value)) : value];
  });
  return Object.fromEntries(checked);
}

interface Checked {
  call: string;
  name: string;
  field: Field;
  resolve: (value: unknown) => unknown;
}

function checkValue({ call, name, field, resolve }: Checked, value: unknown): unknown {
  if (value === undefined || (isAsymmetric(value) && !(field.inner && isContaining(value)))) return value;
  if (field.inner && !field.isOne && Array.isArray(value))
    return value.map((each) =>
      checkEntry(call, { noun: `member of ${name}`, fields: field.inner as Fields }, each, resolve),
    );
  if (field.inner) return checkEntry(call, { noun: `value of ${name}`, fields: field.inner }, value, resolve);
  const read = field.read(value);
  if (read !== undefined) return read;
  throw wrongOption(call, name, field.rule, value);
}

/** `expect.objectContaining(…)` says no more than the object itself: an entry may have other values beside it. */
function withoutContaining(expected: unknown): unknown {
  return isContaining(expected) ? expected.sample : expected;
}

function isContaining(value: unknown): value is Asymmetric {
  return isAsymmetric(value) && String(value) === 'ObjectContaining';
}

const TEXT: JsonSchema = { type: 'string' };

export const flag: Field = {
  rule: 'true or false',
  schema: { type: 'boolean' },
  read: (value) => (typeof value === 'boolean' ? value : undefined),
};

export const whole: Field = {
  rule: 'a whole number from 0',
  schema: { type: 'integer', minimum: 0 },
  read: (value) => (Number.isInteger(value) && Number(value) >= 0 ? value : undefined),
};

export const text: Field = {
  rule: 'a text that is not empty',
  schema: TEXT,
  read: (value) => (typeof value === 'string' && value !== '' ? value : undefined),
};

export const deviceName: Field = {
  rule: 'an interface, or its name',
  schema: TEXT,
  read: (value) => {
    const name = text.read(value);
    return typeof name === 'string' && Buffer.byteLength(name) <= LONGEST_INTERFACE_NAME ? name : undefined;
  },
};

export const ip: Field = {
  rule: 'an IP address such as 10.0.0.1 or fd00::1',
  schema: TEXT,
  read: (value) => (typeof value === 'string' && familyOf(value) ? normalizeIp(value) : undefined),
};

export const mac: Field = {
  rule: 'a MAC address such as 02:00:00:00:00:01',
  schema: TEXT,
  read: (value) => (isMac(value) ? value.toLowerCase() : undefined),
};

/** `10.0.0.0/8`, an address for itself, or where that is meant `default`. */
export const network: Field = {
  rule: 'an address, or a network such as 10.1.0.0/24 or fd01::/64, without bits behind its length',
  schema: TEXT,
  read: (value) => {
    const prefix = typeof value === 'string' ? parsePrefix(value) : undefined;
    return prefix && networkOf(prefix) === prefix.address ? networkWords(prefix) : undefined;
  },
};

/** A network as iproute2 writes it: of an address for itself without its length. */
export function networkWords({ address, length }: { address: string; length: number }): string {
  return length === (address.includes(':') ? 128 : 32) ? address : `${address}/${length}`;
}

/** One of some words; a number stands for one that hairpin does not know. */
export function word(...words: readonly string[]): Field {
  return {
    rule: `one of ${words.join(', ')}`,
    schema: { anyOf: [{ enum: words }, { type: 'string', pattern: '^\\d+$' }] },
    read: (value) => (typeof value === 'string' && (words.includes(value) || /^\d+$/.test(value)) ? value : undefined),
  };
}

/** A whole number in a range. */
export function from(least: number, most: number): Field {
  return {
    rule: `a whole number from ${least} to ${most}`,
    schema: { type: 'integer', minimum: least, maximum: most },
    read: (value) => (Number.isInteger(value) && Number(value) >= least && Number(value) <= most ? value : undefined),
  };
}

export const number32 = from(0, 2 ** 32 - 1);

/** Two numbers, or the second alone. */
export const realmsField: Field = {
  rule: "a realm from 1 to 65535, or two such as '1/2'",
  schema: { type: 'string', pattern: '^\\d+(/\\d+)?$' },
  read: (value) => {
    const [, from, to] = /^(?:(\d+)\/)?(\d+)$/.exec(typeof value === 'string' ? value : '') ?? [];
    if (to === undefined || Number(to) > 65535 || Number(from ?? 0) > 65535) return undefined;
    // Of 0 the kernel takes no notice.
    if (Number(from ?? 0) === 0) return Number(to) === 0 ? undefined : String(Number(to));
    return `${Number(from)}/${Number(to)}`;
  },
};

/** A list of such values. */
export function listOf(each: Field): Field {
  return {
    rule: `a list, each ${each.rule}`,
    schema: { type: 'array', items: each.schema ?? {} },
    read: (value) => {
      const all = Array.isArray(value) ? value.map((one) => each.read(one)) : [undefined];
      return all.includes(undefined) ? undefined : all;
    },
  };
}

/** One of some words or numbers, and no other. */
export function oneOf(...values: readonly (string | number)[]): Field {
  return {
    rule: `one of ${values.join(', ')}`,
    schema: { enum: values },
    read: (value) => (values.some((each) => each === value) ? value : undefined),
  };
}

/** An object with fields of its own, or a list of such. */
export function inner(fields: Fields): Field {
  const each = objectSchema(fields);
  return {
    rule: 'an object',
    schema: { anyOf: [each, { type: 'array', items: each }] },
    read: (value) => value,
    inner: fields,
  };
}

/** One object with these fields. */
export function one(fields: Fields): Field {
  return {
    rule: `an object with ${Object.keys(fields).join(', ')}`,
    schema: objectSchema(fields),
    read: (value) => value,
    inner: fields,
    isOne: true,
  };
}

/** An object with such values, and no others. */
export function objectSchema(fields: Fields): JsonSchema {
  const properties = Object.entries(fields).map(([name, { schema }]) => [name, schema ?? {}]);
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}
