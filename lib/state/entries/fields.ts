import { isPlainObject } from '../../base/plain-object.ts';
import { article, LONGEST_INTERFACE_NAME, nearestIs, show, UsageError, wrongOption } from '../../base/validate.ts';
import { type JsonSchema, text, type ValueRule } from '../../netlink/codec/value-rule.ts';
import { networkOf, parsePrefix } from '../../wire/ip-address.ts';

/** What a value of an entry is. */
export interface Field extends ValueRule {
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
  const accepted = field.accept(value);
  if (accepted !== undefined) return accepted;
  throw wrongOption(call, name, field.rule, value);
}

/** `expect.objectContaining(…)` says no more than the object itself: an entry may have other values beside it. */
function withoutContaining(expected: unknown): unknown {
  return isContaining(expected) ? expected.sample : expected;
}

function isContaining(value: unknown): value is Asymmetric {
  return isAsymmetric(value) && String(value) === 'ObjectContaining';
}

export const deviceName: Field = {
  rule: 'an interface, or its name',
  schema: { type: 'string' },
  accept: (value) => {
    const name = text.accept(value);
    return typeof name === 'string' && Buffer.byteLength(name) <= LONGEST_INTERFACE_NAME ? name : undefined;
  },
};

/** `10.0.0.0/8`, an address for itself, or where that is meant `default`. */
export const network: Field = {
  rule: 'an address, or a network such as 10.1.0.0/24 or fd01::/64, without bits behind its length',
  schema: { type: 'string' },
  accept: (value) => {
    const prefix = typeof value === 'string' ? parsePrefix(value) : undefined;
    return prefix && networkOf(prefix) === prefix.address ? networkWords(prefix) : undefined;
  },
};

/** A network as iproute2 writes it: of an address for itself without its length. */
export function networkWords({ address, length }: { address: string; length: number }): string {
  return length === (address.includes(':') ? 128 : 32) ? address : `${address}/${length}`;
}

/** An object with fields of its own, or a list of such. */
export function inner(fields: Fields): Field {
  const each = objectSchema(fields);
  return {
    rule: 'an object',
    schema: { anyOf: [each, { type: 'array', items: each }] },
    accept: (value) => value,
    inner: fields,
  };
}

/** One object with these fields. */
export function one(fields: Fields): Field {
  return {
    rule: `an object with ${Object.keys(fields).join(', ')}`,
    schema: objectSchema(fields),
    accept: (value) => value,
    inner: fields,
    isOne: true,
  };
}

/** An object with such values, and no others. */
export function objectSchema(fields: Fields): JsonSchema {
  const properties = Object.entries(fields).map(([name, { schema }]) => [name, schema ?? {}]);
  return { type: 'object', properties: Object.fromEntries(properties), additionalProperties: false };
}
