import { familyOf, type Prefix, parsePrefix } from '../wire/ip-address.ts';
import { isGroupMac, isMac } from '../wire/mac-address.ts';
import { editDistance, nearestWord, synonymOf } from './nearest-word.ts';
import { hideOwnFrames } from './own-frames.ts';
import { isObject } from './plain-object.ts';
import { harmless } from './visible-text.ts';
import { wrongSpec } from './wrong-spec.ts';

/** A call that cannot be right, found before the kernel is asked. Says the option, the rule, the value and the mend. */
export class UsageError extends TypeError {
  override readonly name = 'UsageError';

  constructor(message: string) {
    super(harmless(message));
    hideOwnFrames(this);
    wrongSpec(this);
  }
}

/** The error of an option with a wrong value, to be thrown. */
export function wrongOption(call: string, option: string, rule: string, value: unknown): UsageError {
  return new UsageError(`${call}: ${option} must be ${rule}: ${showReceived(value)}`);
}

/** The same where the value must be one of some words; if they are many, with the nearest. */
export function notOneOf(
  call: string,
  option: string,
  value: unknown,
  values: readonly (string | number)[],
  others = '',
): UsageError {
  const near = typeof value === 'string' ? nearestOption(value, values.map(String)) : undefined;
  const hint = near === undefined ? '' : `; did you mean '${near}'?`;
  const rule = `one of ${values.join(', ')}${others}`;
  return new UsageError(`${call}: ${option} must be ${rule}: ${showReceived(value)}${hint}`);
}

/** What a call was given, for the end of an error. */
export function showReceived(value: unknown): string {
  return `received ${show(value)}${value instanceof Promise ? '; await it first' : ''}`;
}

/** Control characters, and halves of characters: a terminal, or a page, would show something else. */
const UNPRINTABLE = /[\p{Cc}\p{Cs}]/gu;

/** A value as the reader would type it. Of what is long or deep, the beginning. */
export function show(value: unknown): string {
  return showAt(value, 0);
}

/** How deep lists and objects are shown. */
const DEEPEST = 3;
/** How many characters of their members are shown. */
const LONGEST = 120;
/** The same of a text in them. */
const LONGEST_TEXT = 60;

function showAt(value: unknown, depth: number): string {
  if (typeof value === 'string') return showText(value, depth);
  if (typeof value === 'function') return value.name ? `the function ${value.name}` : 'a function';
  if (Array.isArray(value)) {
    return depth >= DEEPEST && value.length > 0
      ? '[…]'
      : `[${members(Array.from(value, (each: unknown) => () => showAt(each, depth + 1)))}]`;
  }
  if (typeof value === 'object' && value !== null) {
    const type: unknown = value.constructor;
    const named = 'name' in value && typeof value.name === 'string' ? ` ${value.name}` : '';
    return typeof type === 'function' && type !== Object
      ? `${article(type.name)}${named}`
      : showObject(value as Readonly<Record<string, unknown>>, depth);
  }
  return typeof value === 'bigint' ? `${value}n` : String(value);
}

function showText(text: string, depth: number): string {
  const shown = depth > 0 && text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text;
  return `'${shown.replaceAll("'", "\\'").replace(UNPRINTABLE, escaped)}'`;
}

function showObject(value: Readonly<Record<string, unknown>>, depth: number): string {
  const names = Object.keys(value);
  if (names.length === 0) return '{}';
  if (depth >= DEEPEST) return '{ … }';
  const nameOf = (name: string) => (/^[A-Za-z_$][\w$]*$/.test(name) ? name : showText(name, depth + 1));
  return `{ ${members(names.map((name) => () => `${nameOf(name)}: ${showAt(value[name], depth + 1)}`))} }`;
}

/** As many members as there is room for, at least one. */
function members(all: readonly (() => string)[]): string {
  const shown: string[] = [];
  let length = 0;
  for (const each of all) {
    const text = each();
    length += text.length + ', '.length;
    if (shown.length > 0 && length > LONGEST) return `${shown.join(', ')}, … and ${all.length - shown.length} more`;
    shown.push(text);
  }
  return shown.join(', ');
}

function escaped(character: string): string {
  const usual: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };
  return usual[character] ?? `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/** `a route`, `an address`, `an fdb entry`. */
export function article(noun: string): string {
  return `${/^([aeiou]|[fm]db)/i.test(noun) ? 'an' : 'a'} ${noun}`;
}

/** Refuses what is no plain object of options, and options that do not exist. */
export function checkOptions(call: string, options: unknown, known: readonly string[]): void {
  checkIsObject(call, options, known[0] ?? '');
  for (const option of Object.keys(options)) {
    if (known.includes(option)) continue;
    throw new UsageError(
      `${call}: there is no option '${option}'${nearestIs(option, known)}; the options are ${known.join(', ')}`,
    );
  }
}

/** ` (the nearest is via)`, for the message on a name that is not known; empty if none is near. */
export function nearestIs(name: string, known: readonly string[]): string {
  const near = synonymOf(name, known) ?? nearestOption(name, known);
  return near === undefined ? '' : ` (the nearest is ${near})`;
}

/** So many options are read at a glance. */
const FEW = 10;

/** The option that was most likely meant, of many. Stricter than for a name in a file: of many short options, one is always near. */
function nearestOption(option: string, known: readonly string[]): string | undefined {
  const near = known.length > FEW ? nearestWord(option, known) : undefined;
  if (near === undefined) return undefined;
  const distance = editDistance(option.toLowerCase(), near.toLowerCase());
  return distance <= Math.max(1, Math.floor(option.length / 3)) ? near : undefined;
}

/** Refuses options that are not an object. Which options there are is checked later. */
export function checkIsObject(call: string, options: unknown, example: string): asserts options is object {
  // Handles, such as interfaces, have a tag.
  if (isObject(options) && !(Symbol.toStringTag in options)) return;
  throw wrongOption(call, 'options', `an object such as { ${example}: … }`, options);
}

export function checkOneOf<T extends string | number>(
  call: string,
  option: string,
  value: unknown,
  values: readonly T[],
): T {
  if (values.some((known) => known === value)) return value as T;
  throw notOneOf(call, option, value, values);
}

export function checkBoolean(call: string, option: string, value: unknown): void {
  if (value === undefined || typeof value === 'boolean') return;
  throw wrongOption(call, option, 'true or false', value);
}

/** A path of the reader's own; `undefined` is left to the default. */
export function checkFileName(call: string, option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'string' && value !== '')) return;
  throw wrongOption(call, option, "a file's name", value);
}

export function checkInteger(call: string, option: string, value: unknown, from: number, to: number): void {
  if (value === undefined || (Number.isInteger(value) && Number(value) >= from && Number(value) <= to)) return;
  throw wrongOption(call, option, `a whole number from ${from} to ${to}`, value);
}

/** Node's timers count in 32 bits with a sign. */
export const LONGEST_TIMER = 2 ** 31 - 1;

/** A length of time in milliseconds; `undefined` is left to the default. */
export function checkMilliseconds(call: string, option: string, value: unknown): void {
  if (value === undefined || (typeof value === 'number' && value >= 0 && value <= LONGEST_TIMER)) return;
  throw wrongOption(call, option, `milliseconds, 0 to ${LONGEST_TIMER}`, value);
}

/** A namespace's name stands in messages, paths (`ns1/m1`) and file names. */
export function checkNamespaceName(
  call: string,
  name: unknown,
  taken: (name: string) => boolean,
): asserts name is string {
  if (typeof name !== 'string' || !/^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$/.test(name)) {
    throw new UsageError(
      `${call}: name must begin with a letter or digit and have up to 64 letters, digits, dots, dashes and underscores: ` +
        `received ${show(name)}`,
    );
  }
  if (taken(name))
    throw new UsageError(`${call}: this lab has a namespace of the name ${show(name)} already; names are unique`);
}

/** How many bytes the name of an interface may have (`IFNAMSIZ`, without the NUL). */
export const LONGEST_INTERFACE_NAME = 15;

/** `sysctl_dev_name_is_allowed`. */
const SYSCTL_FOLDERS = ['all', 'default'];

/**
 * `dev_valid_name` in net/core/dev.c; also no `%`, which the kernel would take for a pattern, and no control characters,
 * which it allows, but for the NUL that ends a name there.
 */
export function checkInterfaceName(call: string, name: unknown): asserts name is string {
  const valid =
    typeof name === 'string' &&
    Buffer.byteLength(name) <= LONGEST_INTERFACE_NAME &&
    /^[^\s/:%]+$/.test(name) &&
    name !== '.' &&
    name !== '..';
  if (valid && name.search(UNPRINTABLE) >= 0) {
    throw wrongOption(
      call,
      'name',
      'without control characters and halves of characters, which no report can show',
      name,
    );
  }
  if (valid && SYSCTL_FOLDERS.includes(name)) {
    throw new UsageError(
      `${call}: name must be another than ${SYSCTL_FOLDERS.join(' and ')}, which mean all devices in sysctls ` +
        `(net.ipv4.conf.${name}): received ${show(name)}`,
    );
  }
  if (valid) return;
  throw new UsageError(
    `${call}: name must be 1 to ${LONGEST_INTERFACE_NAME} bytes without slash, colon, percent sign or white space: received ${show(name)}` +
      (typeof name === 'string' && Buffer.byteLength(name) > LONGEST_INTERFACE_NAME
        ? ` (${Buffer.byteLength(name)} bytes)`
        : ''),
  );
}

/** `eth_validate_addr`: six bytes, not a group, not zero. */
export function checkMac(call: string, option: string, mac: unknown): asserts mac is string {
  if (!isMac(mac)) {
    throw new UsageError(`${call}: ${option} must be a MAC address such as 02:00:00:00:00:01: received ${show(mac)}`);
  }
  if (isGroupMac(mac)) {
    throw new UsageError(
      `${call}: ${option} must be a unicast address, its first byte even: received ${show(mac)}, a group address`,
    );
  }
  if (/^[0:]+$/.test(mac)) throw new UsageError(`${call}: ${option} must not be all zero: received ${show(mac)}`);
}

/** Ethernet's shortest payload for IPv4 (`ETH_MIN_MTU`, 68) to veth's longest (`ETH_MAX_MTU`). */
export function checkMtu(call: string, mtu: unknown): void {
  checkInteger(call, 'mtu', mtu, 68, 65535);
}

export function checkIp(call: string, option: string, address: unknown): asserts address is string {
  if (typeof address === 'string' && familyOf(address) !== undefined) return;
  throw wrongOption(call, option, 'an IP address such as 10.0.0.1 or fd00::1', address);
}

/** Reads an address with its prefix length; without one the whole address is the prefix. */
export function checkPrefix(
  call: string,
  option: string,
  text: unknown,
  rule = 'an address with a prefix length, such as 10.0.0.1/24 or fd00::1/64',
): Prefix {
  const prefix = typeof text === 'string' ? parsePrefix(text) : undefined;
  if (prefix) return prefix;
  throw wrongOption(call, option, rule, text);
}
