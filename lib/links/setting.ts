import { attribute, type Row, type RowOptions } from '../netlink/table.ts';
import type { Flat, Type } from '../netlink/type.ts';

/** What a spec may say of a setting, and when. */
export interface SettingRules {
  /** What a new link is given where the spec does not say. Without it, the kernel chooses. */
  readonly default?: unknown;
  /** What the kernel chooses: a script need not say that. */
  readonly usual?: unknown;
  /** It has to be said of each new link. */
  readonly required?: boolean;
  /** `set` changes it. @default false: it stays as it was made */
  readonly live?: boolean;
  /** The only values of another setting with which it may be said: `{ mode: 'passthru' }`. */
  readonly when?: Readonly<Record<string, string>>;
  /** The device below has it, and with it all links of the kind on top: a further link takes what the first has. */
  readonly shared?: boolean;
  /** The kernel says it, and hairpin does not change it. */
  readonly readOnly?: boolean;
  /** No option of its own, and nothing to read: how the kernel is told of a change to another. */
  readonly internal?: boolean;
  /** Checks it more closely than its type does. @throws UsageError */
  readonly check?: (call: string, option: string, value: unknown) => void;
}

/** The settings that stand together in one attribute, as bits: the rules of each. */
export interface BitRules {
  readonly each: Readonly<Record<string, SettingRules>>;
}

/** A setting of a kind of links: an attribute in `IFLA_INFO_DATA`, with the rules for it. */
export interface Setting<R = unknown, W = unknown, IsFlat extends boolean = boolean, O extends object = object>
  extends Row<R, W, IsFlat> {
  readonly rules: O;
}

export type Settings = Readonly<Record<string, Setting>>;

/**
 * A setting of a kind of links.
 *
 * @param kernel the attribute's name in linux/if_link.h, which stands in errors: `IFLA_MACVLAN_MODE`
 * @param number its number there
 * @param of how its value travels. Its words and its range are what `ns.link` accepts
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

type Carried<S> = S extends { readonly brings?: infer B extends { read: unknown; write: unknown } } ? B : never;
type IsBits<S> = S extends { readonly rules: BitRules } ? true : false;
type RulesOf<S> = S extends { readonly rules: infer O } ? O : never;
/** A number that the kernel has no word for is no choice of a spec's. */
type Word<T> = T extends string ? (string extends T ? T : Exclude<T, `${number}`>) : T;
type IsTold<S> = RulesOf<S> extends { absent: unknown } | { default: unknown } | { required: true } ? true : false;
type IsReadable<S> = IsBits<S> extends true ? false : RulesOf<S> extends { internal: true } ? false : true;
type IsOption<S> = RulesOf<S> extends { readOnly: true } ? false : IsReadable<S>;
type IsRequired<S> = RulesOf<S> extends { required: true } ? true : false;
type IsLive<S> = RulesOf<S> extends { live: true } ? true : false;
type Union<T> = (T extends unknown ? (each: T) => void : never) extends (all: infer I) => void ? I : never;
/** The settings that stand in bits, each by its own rules. */
type BitsOf<S extends Settings> = Union<
  { [K in keyof S]: RulesOf<S[K]> extends { each: infer E } ? E : Record<never, never> }[keyof S]
>;

/** What the kernel says of the settings of a link. An older kernel may not have those without a default. */
export type SettingsOf<S extends Settings> = {
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
