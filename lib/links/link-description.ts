import type { LinkState } from '../netlink/link.ts';
import type { Causes } from '../netlink/request.ts';
import type { NewSettings, Settings, SettingsOf } from './setting.ts';

/** What is below a link: nothing; an interface of the lab; or also a real NIC. */
export type Lower = 'none' | 'interface' | 'interface or NIC';

/** Where what a link sends comes out: at its other end, below it, nowhere, or where nobody knows (a tunnel, a program). */
export type End = 'peer' | 'lower' | 'none' | 'unknown';

/** Everything that hairpin knows of a kind of links. Only {@link option} must be said. */
export interface LinkDescription<S extends Settings = Settings, L extends Lower = Lower> {
  /** The option of the kernel's configuration that brings it, without `CONFIG_`. */
  option: string;
  /** Options without which that one cannot be chosen. */
  dependsOn?: readonly string[];
  /** The module that brings it. @default the kind */
  module?: string;
  /** Every machine that runs labs must have it. @default false */
  needed?: boolean;
  /** The settings with which `supports` makes one, to find out whether the kernel has it. @default none */
  trial?: NewSettings<S>;

  /** What is below it. @default 'none' */
  lower?: L;
  /** On top of another of its kind, the kernel takes what is below that one (`macvlan_common_newlink`). @default false */
  skipsItsKind?: boolean;
  /** @default 'lower' where something is below it, else 'unknown' */
  end?: End;
  /** It goes down with what is below it. @default false */
  downWithLower?: boolean;
  /** Its carrier is on from the beginning, without an event. @default true where it has neither a lower device nor a peer */
  bornWithCarrier?: boolean;

  /** The attributes in `IFLA_INFO_DATA`, by the names of the options. @default none */
  settings?: S;
  /** The lists among them, which are changed member by member. */
  lists?: Readonly<Record<string, ListChanges>>;
  /** The kernel forgets what a change does not say, as of tunnels (`ipgre_changelink`): all settings are said again. @default false */
  changesWhole?: boolean;
  /** What is said to the kernel for the settings that a spec chose. @default the same */
  complete?(settings: Partial<SettingsOf<S>>): object;

  /** Whose MAC address a new link has: one of its own, or that of the device below. @default 'own' */
  mac?: 'own' | 'lower';
  /** A link with these settings has no MAC address, and refuses one. @default false */
  withoutMac?(settings: SettingsOf<S>): boolean;
  /** Why no MAC address can be chosen: what stands before ` has its parent's MAC address`. @default one can be chosen */
  fixedMac?(settings: Partial<SettingsOf<S>>): string | undefined;
  /** It never asks for MAC addresses, at least with some of its settings (`IFF_NOARP`). @default false */
  noArp?: boolean;
  /** Its frames have an Ethernet header. @default true */
  ethernet?: boolean;
  /** Every place where a frame may wait in it is known, so that a marker finds it empty. @default false */
  knownQueues?: boolean;
  /** A virtual machine reads and writes its frames at `/dev/tapN`. @default false */
  characterDevice?: boolean;
  /** Other devices can be its ports, between which it forwards frames, as a bridge does. @default false */
  hasPorts?: boolean;

  /** A name for a new link, from that of the device below. @default the kind and a number */
  usualName?(lower: string, settings: SettingsOf<S>): string;
  /**
   * The links with one tag are a segment, whose addresses the lab gives to them: on one device below, or, where there is
   * none, in the whole lab. @default the segment of the device below; without one, a segment for each link
   */
  tag?(settings: SettingsOf<S>): { tag: string; suffix: string };
  /** Its settings in a few words, for drawings. @default the values of those that have to be said */
  label?(settings: SettingsOf<S>): readonly (string | number)[];
  /** The same for messages. @default the label */
  summary?(settings: SettingsOf<S>): readonly (string | number)[];

  /** The usual causes of errors, by errno's name. */
  causes?: {
    /** Of making a link. */
    add?(refused: Refused<S>): Causes;
    /** Of changing its settings. */
    settings?: Causes;
    /** Of changing what every device has: its MTU, its MAC address, whether it is up. */
    device?(lower: string): Causes;
  };
}

/** A new link that the kernel has refused. */
export interface Refused<S extends Settings> {
  namespace: string;
  name: string;
  settings: SettingsOf<S>;
  /** The device below. */
  lower: LowerDevice;
}

/** A device below a link, as far as the causes of errors ask for it. */
export interface LowerDevice {
  /** Left out: a real NIC. */
  readonly kind?: string;
  readonly children: Iterable<UpperDevice>;
  state(): LinkState;
  /** The macvlans on a real NIC, whoever made them. */
  foreignChildren?(): readonly string[];
  toString(): string;
}

/** A device on top of another. */
export interface UpperDevice {
  readonly kind: string;
  readonly deleted: boolean;
  state(): LinkState;
  toString(): string;
}

/** A list among the settings: what the kernel is told of a change. */
export interface ListChanges {
  /** What errors call a member. */
  member: string;
  /** What errors call all of them. */
  members: string;
  /** @throws UsageError */
  check(call: string, option: string, member: unknown): void;
  add(member: string): object;
  delete(member: string): object;
  flush(): object;
  set(members: readonly string[]): object;
}
