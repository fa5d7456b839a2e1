import type { Intersection } from '../netlink/codec/object-of.ts';
import { attribute, type Row, type RowOptions, type Version } from '../netlink/codec/table.ts';
import type { Flat, Type } from '../netlink/codec/type.ts';
import type { ValueRule } from '../netlink/codec/value-rule.ts';

/** Whether and when a spec may choose a setting. */
export interface SettingRules {
  /** What hairpin sends for a new link if the spec does not choose. Without it, the kernel chooses. */
  readonly default?: unknown;
  /** The kernel's own default: a script leaves it out. */
  readonly kernelDefault?: unknown;
  /** The option of the kernel's configuration that brings it, without `CONFIG_`, where that of its kind does not. */
  readonly needs?: string;
  /** The errno by which a kernel without {@link needs} refuses it, where that is not `EOPNOTSUPP`. */
  readonly refusedBy?: string;
  /** Each new link needs it; with {@link unless}, each that does not have that other setting on. */
  readonly required?: boolean;
  readonly unless?: string;
  /** `set` can change it. @default false */
  readonly live?: boolean;
  /** The values that another setting must have, such as `{ mode: 'passthru' }`. */
  readonly when?: Readonly<Record<string, string>>;
  /** All links of the kind on one device share it: a further link takes the value in use. */
  readonly shared?: boolean;
  /** It does not travel in `IFLA_INFO_DATA`, but by messages of the kind's own ({@link LinkDescription.apart}). */
  readonly apart?: boolean;
  /** The kernel reports it, and hairpin does not change it. */
  readonly readOnly?: boolean;
  /** The version of Linux that brought it, `6.5`: an older kernel passes over it. */
  readonly since?: string;
  /** iproute2 of Debian 12 does not know its word, so a script leaves it out, and `lib/report/script/left-out.ts` says so. */
  readonly newWord?: boolean;
  /** Neither an option nor a property: hairpin sends it to change another setting. */
  readonly internal?: boolean;
  /** Checks more than the type does. @throws UsageError */
  readonly check?: (call: string, option: string, value: unknown) => void;
}

/** Rules for settings that are bits of one attribute. */
export interface BitRules {
  readonly each: Readonly<Record<string, SettingRules>>;
}

/** The rules of a setting that `set` can change, with the kernel's own default. */
export function liveFrom<const D>(kernelDefault: D): { readonly kernelDefault: D; readonly live: true } {
  return { kernelDefault, live: true };
}

/** A setting of a kind of link: an attribute in `IFLA_INFO_DATA`, with its rules. */
export interface Setting<R = unknown, W = unknown, IsFlat extends boolean = boolean, O extends object = object>
  extends Row<R, W, IsFlat> {
  readonly rules: O;
}

export type Settings = Readonly<Record<string, Setting>>;

/**
 * A setting of a kind of link.
 *
 * @param kernel the attribute's name in linux/if_link.h, which errors show: `IFLA_MACVLAN_MODE`
 * @param number its number there
 * @param of the type of its value. `ns.link` accepts the type's words and range
 * @example id: setting('IFLA_GENEVE_ID', 1, netlink.range(netlink.u32, 0, 2 ** 24 - 1), { required: true })
 */
export function setting<R, W, const O extends BitRules>(
  kernel: string,
  number: number,
  of: Type<R, W> & Flat,
  options: O & RowOptions<NoInfer<R>>,
): Setting<R, W, true, O>;
export function setting<R, W, const O extends SettingRules & RowOptions<NoInfer<R>> = Record<never, never>>(
  kernel: string,
  number: number,
  of: Type<R, W>,
  options?: O,
): Setting<R, W, false, O>;
export function setting(
  kernel: string,
  number: number,
  of: Type<unknown>,
  options: (SettingRules | BitRules) & RowOptions<unknown> = {},
): Setting {
  return { ...attribute(kernel, number, of, options), rules: options };
}

/**
 * A setting that travels in one of several attributes: the type of each says which values it takes.
 *
 * @param versions kernel's name, number and type of each attribute
 * @param rule for all of its values
 */
export function settingInOneOf<R, W, const O extends SettingRules & RowOptions<NoInfer<R>> = Record<never, never>>(
  versions: readonly (readonly [kernel: string, number: number, of: Type<R, W>])[],
  rule: ValueRule,
  options?: O,
): Setting<R, W, false, O>;
export function settingInOneOf(
  all: readonly (readonly [kernel: string, number: number, of: Type<unknown>])[],
  rule: ValueRule,
  options: SettingRules & RowOptions<unknown> = {},
): Setting {
  const versions = all.map(([kernel, number, of]) => ({ kernel, number, of }));
  const [first] = versions as [Version];
  const versionOf = (value: unknown) => versions.find(({ of }) => of.takes?.(value) ?? true) ?? first;
  const of = {
    ...first.of,
    ...rule,
    words: (...[value, names]: Parameters<Type<unknown>['words']>) => versionOf(value).of.words(value, names),
  };
  return { ...attribute(first.kernel, first.number, of, options), versions, rules: options };
}

/**
 * A setting whose value travels in several attributes, a part in each, such as an address and the length of its prefix. The type of
 * each writes its part of the whole value, and reads that part.
 *
 * @param parts kernel's name, number and type of each attribute
 * @param whole the rule for the value, and its words
 * @param join puts two parts together, in whatever order the kernel says them
 */
export function settingInParts<R, const O extends SettingRules & RowOptions<NoInfer<R>>>(
  parts: readonly (readonly [kernel: string, number: number, of: Type<R>])[],
  { join, ...whole }: ValueRule & Pick<Type<R>, 'words'> & { join: (one: R, other: R) => R },
  options: O,
): Setting<R, R, false, O> {
  const setting = settingInOneOf(parts, whole, options);
  return { ...setting, of: { ...setting.of, words: whole.words }, join } as Setting<R, R, false, O>;
}

type Carried<S> = S extends { readonly brings?: infer B extends { read: unknown; write: unknown } } ? B : never;
type IsBits<S> = S extends { readonly rules: BitRules } ? true : false;
type RulesOf<S> = S extends { readonly rules: infer O } ? O : never;
/** A spec cannot choose a number that the kernel has no word for. */
type Word<T> = T extends string ? (string extends T ? T : Exclude<T, `${number}`>) : T;
type IsTold<S> = RulesOf<S> extends { ifAbsent: unknown } | { default: unknown } | { required: true } ? true : false;
type IsReadable<S> = IsBits<S> extends true ? false : RulesOf<S> extends { internal: true } ? false : true;
type IsOption<S> = RulesOf<S> extends { readOnly: true } ? false : IsReadable<S>;
type IsRequired<S> =
  RulesOf<S> extends { unless: string } ? false : RulesOf<S> extends { required: true } ? true : false;
type IsLive<S> = RulesOf<S> extends { live: true } ? true : false;
/** The settings that stand in bits, each by its own rules. */
type BitsOf<S extends Settings> = Intersection<
  { [K in keyof S]: RulesOf<S[K]> extends { each: infer E } ? E : Record<never, never> }[keyof S]
>;

/** What the kernel says of the settings of a link. An older kernel may not have those without a default. */
export type SettingsOf<S extends Settings> = string extends keyof S
  ? Readonly<Record<string, unknown>>
  : {
      [K in keyof S as IsReadable<S[K]> extends true ? (IsTold<S[K]> extends true ? K : never) : never]: Word<
        NonNullable<Carried<S[K]>['read']>
      >;
    } & {
      [K in keyof S as IsReadable<S[K]> extends true ? (IsTold<S[K]> extends true ? never : K) : never]?: Word<
        NonNullable<Carried<S[K]>['read']>
      >;
    } & { [K in keyof BitsOf<S>]: boolean };

/** What a spec says of a new link. */
export type NewSettings<S extends Settings> = {
  [K in keyof S as IsOption<S[K]> extends true ? (IsRequired<S[K]> extends true ? K : never) : never]: Word<
    Carried<S[K]>['write']
  >;
} & {
  [K in keyof S as IsOption<S[K]> extends true ? (IsRequired<S[K]> extends true ? never : K) : never]?: Word<
    Carried<S[K]>['write']
  >;
} & { [K in keyof BitsOf<S>]?: boolean };

/** What `set` changes of a link that is there. */
export type LiveSettings<S extends Settings> = {
  [K in keyof S as IsOption<S[K]> extends true ? (IsLive<S[K]> extends true ? K : never) : never]?: Word<
    Carried<S[K]>['write']
  >;
} & { [K in keyof BitsOf<S> as BitsOf<S>[K] extends { live: true } ? K : never]?: boolean };
