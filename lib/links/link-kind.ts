import { pick, withoutUndefined } from '../base/plain-object.ts';
import { UsageError } from '../base/validate.ts';
import { type Table, table } from '../netlink/codec/table.ts';
import type { Type } from '../netlink/codec/type.ts';
import type { LinkState } from '../netlink/link.ts';
import { registerLinkData, registerPortData } from '../netlink/link-info.ts';
import { NUMBERS } from '../netlink/names.ts';
import type { End, LeftOut, LinkDescription, Lower } from './link-description.ts';
import { checkWhen, isApart, isKernelDefault, type Option, readableOf } from './link-option.ts';
import type { NewSettings, SettingRules, Settings, SettingsOf } from './setting.ts';

/** What a spec may say of a new link of a kind. */
export type NewSettingsOf<K> = K extends LinkKind<string, infer S> ? NewSettings<S> : never;

type Values = Readonly<Record<string, unknown>>;
type Words = readonly (string | number)[];

/** A kind of links: what it is described to be, and what follows from that. */
export class LinkKind<K extends string = string, S extends Settings = Settings, L extends Lower = Lower> {
  readonly kind: K;
  readonly description: LinkDescription<S, L>;
  readonly lower: Lower;
  readonly end: End;
  /** The option of the kernel's configuration: `CONFIG_MACVLAN`. */
  readonly option: string;
  readonly module: string;
  readonly bornWithCarrier: boolean;
  readonly table: Table<S>;
  /** The settings that a spec may say of a new link. */
  readonly options: ReadonlyMap<string, Option>;
  /** What is known of each of them. */
  readonly rules: readonly (readonly [name: string, rules: SettingRules])[];
  /** What a new link is given where a spec does not say. */
  readonly defaults: Values;
  /** The settings that travel by messages of the kind's own. */
  readonly apart: readonly string[];
  /** The settings that the kernel tells: these, and those that a spec cannot choose. */
  readonly told: ReadonlyMap<string, Option>;

  /** The settings that a link of this kind keeps for each device that belongs to it. */
  readonly memberTable: Table<Settings> | undefined;
  readonly memberOptions: ReadonlyMap<string, Option>;

  constructor(kind: K, description: LinkDescription<S, L>, variantOf?: LinkKind) {
    const { option, module = kind, lower = 'none', settings = {} as S } = description;
    this.kind = kind;
    this.description = description;
    this.lower = lower;
    this.end = 'peer' in settings ? 'peer' : (description.end ?? (lower === 'none' ? 'unknown' : 'lower'));
    this.option = `CONFIG_${option}`;
    this.module = module;
    this.bornWithCarrier = description.bornWithCarrier ?? (lower === 'none' && this.end !== 'peer');
    this.table = table(Object.fromEntries(Object.entries(settings).filter(([, { rules }]) => !isApart(rules))) as S);
    this.apart = Object.entries(settings).flatMap(([name, { rules }]) => (isApart(rules) ? name : []));
    const readable = readableOf(settings);
    this.options = new Map(readable.filter(([, { rules }]) => !rules.readOnly));
    this.rules = [...this.options].map(([name, { rules }]) => [name, rules] as const);
    this.defaults = Object.fromEntries(
      this.rules.filter(([, rules]) => rules.default !== undefined).map(([name, rules]) => [name, rules.default]),
    );
    this.told = new Map(readable);
    const { memberSettings = {}, memberStatus = {} } = description;
    this.memberOptions = new Map(readableOf(memberSettings));
    const ofMember = Object.entries({ ...memberSettings, ...memberStatus }).filter(([, { rules }]) => !isApart(rules));
    this.memberTable = ofMember.length > 0 ? table(Object.fromEntries(ofMember)) : undefined;
    if (this.memberTable) registerPortData(kind, this.memberTable as Type<unknown, never>);
    if (variantOf) variants.set(kind, variantOf);
    registerLinkData(kind, this.table as Type<unknown, never>);
  }

  /** The kind that it is a variant of, or itself. */
  get family(): LinkKind {
    return variants.get(this.kind) ?? (this as unknown as LinkKind);
  }

  /** The settings that are other devices. */
  get deviceOptions(): string[] {
    return [...this.options].filter(([, { isDevice }]) => isDevice).map(([name]) => name);
  }

  /** The settings that `set` takes. */
  get liveOptions(): string[] {
    return [...this.options].filter(([, { rules }]) => rules.live).map(([name]) => name);
  }

  /** Whether a link is of this kind, or of a variant of it: a macvtap is a macvlan. */
  is({ kind }: { readonly kind?: string | undefined }): boolean {
    return kind === this.kind || (kind !== undefined && variants.get(kind)?.kind === this.kind);
  }

  /** What the kernel says of a link's settings. @throws Error for a link of another kind */
  of(link: { name: string; kind?: string | undefined; data?: unknown }): SettingsOf<S> {
    if (!this.is(link))
      throw new Error(`${link.name} is a ${link.kind ?? 'device'}, which has no settings of a ${this.kind}`);
    const data = (link.data ?? this.table.read(Buffer.alloc(0))) as Values;
    const told = [...this.told.keys()].filter((name) => data[name] !== undefined);
    return Object.fromEntries(told.map((name) => [name, data[name]])) as SettingsOf<S>;
  }

  /** Whether other devices can belong to a link of this kind (`ip link set … master`). */
  get isMaster(): boolean {
    return this.members !== undefined;
  }

  /** What a link of this kind takes of the devices that belong to it. */
  get members(): LinkDescription['members'] {
    return this.description.members ?? (this.description.hasPorts ? 'frames' : undefined);
  }

  /** The settings that a master of this kind keeps for a link; empty for a link without such a master. */
  ofMember({ slaveKind, slaveData }: Pick<LinkState, 'slaveKind' | 'slaveData'>): Values {
    if (slaveKind !== this.kind) return {};
    return withoutUndefined(pick(Object(slaveData) as Values, [...this.memberOptions.keys()]));
  }

  /** What a message says of a link of this kind, to make or change it. */
  as(data: object): { kind: K; data: object } {
    return { kind: this.kind, data: this.description.complete?.(data as Partial<SettingsOf<S>>) ?? data };
  }

  /** The words behind `ip link add … type KIND` that make a link with these settings. A kernel default needs none. */
  words(settings: Values): readonly string[] {
    const given = [...this.options].filter(([name, { rules }]) => !isKernelDefault(settings[name], rules));
    const chosen = Object.fromEntries(given.map(([name]) => [name, settings[name]]));
    return this.table.words(this.as(chosen).data as never, NUMBERS);
  }

  /** A link's settings in a few words, for drawings. */
  label(settings: Values): Words {
    const required = [...this.options].filter(([, { rules }]) => rules.required).map(([name]) => settings[name]);
    const label = this.description.label?.(settings as SettingsOf<S>) ?? (required as Words);
    return label.filter((word) => word !== undefined);
  }

  /** The same for messages. */
  summary(settings: Values): Words {
    return this.description.summary?.(settings as SettingsOf<S>) ?? this.label(settings);
  }

  /** Whether a link with these settings goes down with what is below it. */
  goesDownWithLower(settings: Values): boolean {
    const { downWithLower = false, staysUp } = this.description;
    return downWithLower && !staysUp?.(settings as SettingsOf<S>);
  }

  /** Whether the frames of a link with these settings have an Ethernet header. */
  isEthernet(settings: Values): boolean {
    return this.description.ethernet !== false && !this.description.withoutMac?.(settings as SettingsOf<S>);
  }

  /** The parts of a link that no script can say, and not every topology. */
  leftOut(device: string, settings: Values): readonly LeftOut[] {
    const { leftOut, apart } = this.description;
    if (leftOut) return leftOut(device, settings as Partial<SettingsOf<S>>);
    return apart ? [{ what: `${apart.what} of ${device}, a ${this.kind}` }] : [];
  }

  /** Checks what a spec says of a new link. @throws UsageError */
  checkNew(call: string, given: Values): void {
    for (const [name, { rules, rule, check }] of this.options) {
      const isNeeded = rules.required && !(rules.unless !== undefined && given[rules.unless]);
      if (isNeeded && given[name] === undefined)
        throw new UsageError(`${call}: ${name} must be given${rule ? `: ${rule}` : ''}`);
      check(call, name, given[name]);
    }
    const settings = { ...this.defaults, ...withoutUndefined(given) };
    // What is off can be said of any link.
    for (const [name, { rules }] of this.options)
      if (given[name] !== undefined && given[name] !== false) checkWhen(call, name, rules, settings);
  }

  /** Checks what a spec would change. @throws UsageError */
  checkChange(call: string, given: Values, settings: () => Values): void {
    for (const [name, { rules, check }] of this.options) {
      if (given[name] === undefined) continue;
      check(call, name, given[name]);
      if (rules.when) checkWhen(call, name, rules, settings());
    }
    const why = this.description.refusesChange?.(given as Partial<SettingsOf<S>>, settings() as SettingsOf<S>);
    if (why !== undefined) throw new UsageError(`${call}: ${why}`);
  }
}

/** Which kind another is a variant of. */
const variants = new Map<string, LinkKind>();
