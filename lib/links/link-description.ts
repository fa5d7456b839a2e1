import type { LinkState } from '../netlink/link.ts';
import type { Causes, Request } from '../netlink/request.ts';
import type { TunnelHeader } from '../wire/tunnel-header.ts';
import type { NewSettings, Settings, SettingsOf } from './setting.ts';

/** What is below a link: nothing; an interface of the lab; or also a real NIC. */
export type Lower = 'none' | 'interface' | 'interface or NIC';

/** Where the frames of a link come out: at its other end, below it, nowhere, or unknown (a tunnel, a program). */
export type End = 'peer' | 'lower' | 'none' | 'unknown';

/** Everything that hairpin knows about a kind of link. Only {@link option} is required. */
export interface LinkDescription<S extends Settings = Settings, L extends Lower = Lower> {
  /** The kernel's configuration option, without `CONFIG_`. */
  option: string;
  /** Options that `option` depends on, without `CONFIG_`. {@link kernelOption} names `option` alone. */
  dependsOn?: readonly string[];
  /** The kernel module. @default the kind */
  module?: string;
  /** Every machine that runs labs must have it. @default false */
  needed?: boolean;
  /** The settings of the link that `supports` makes to try the kernel. @default none */
  trial?: NewSettings<S>;

  /** What a kernel that has the kind says of that link, if it cannot be made without other devices: an errno's name. */
  refusesTrial?: string;

  /** How a link is made, where rtnetlink makes none of the kind. */
  making?: Making<S>;
  /**
   * The settings that make one link another device than the next, with other defaults of the kernel's, as a tun is no tap.
   * @default none
   */
  varies?: readonly string[];

  /** What is below it. @default 'none' */
  lower?: L;
  /** On top of another link of its kind, the kernel uses the device below that link (`macvlan_common_newlink`). @default false */
  skipsItsKind?: boolean;
  /** It takes the one rx_handler of the device below, which only links of the same kind share. @default false */
  takesRxHandler?: boolean;
  /** @default 'lower' where something is below it, else 'unknown' */
  end?: Exclude<End, 'peer'>;
  /** What it sends leaves by the device below in a form in which nobody recognizes it: encrypted. @default false */
  encrypts?: boolean;
  /** The kernel does not say which namespace the device below is in (no `get_link_net`). @default it does */
  hidesLowerNamespace?: boolean;
  /** It goes down with what is below it. @default false */
  downWithLower?: boolean;
  /** The exception to {@link downWithLower}: with these settings it stays up, as a VLAN with `looseBinding` does. @default it goes down */
  staysUp?(settings: SettingsOf<S>): boolean;
  /** Its carrier is on from the beginning, without an event. @default true if it has neither a lower device nor a peer */
  bornWithCarrier?: boolean;

  /** The attributes in `IFLA_INFO_DATA`, by the names of the options. @default none */
  settings?: S;
  /**
   * The attributes in `IFLA_INFO_DATA` that tell a link's state, by the kernel's names. A spec cannot set them, so they are no
   * settings. @default none
   */
  status?: Readonly<Record<string, number>>;
  /** The lists among them, which are changed member by member. */
  lists?: Readonly<Record<string, ListChanges>>;
  /** How the settings travel that are `apart`. */
  apart?: ApartSettings;
  /** A change resets each setting that it does not name (`ipgre_changelink`), so hairpin sends all of them. @default false */
  changesWhole?: boolean;
  /** Why a link with these settings cannot be changed so, though the kernel may not say; undefined: it can. */
  refusesChange?(said: Partial<SettingsOf<S>>, settings: SettingsOf<S>): string | undefined;
  /** Turns the settings of a spec into those that the kernel is sent. @default the same */
  complete?(settings: Partial<SettingsOf<S>>): object;

  /** A new link has its own MAC address, or that of the device below. @default 'own' */
  mac?: 'own' | 'lower';
  /** A link with these settings has no MAC address, and refuses one. @default false */
  withoutMac?(settings: SettingsOf<S>): boolean;
  /**
   * Why a spec cannot choose the MAC address, as the start of the error `… has its parent's MAC address`. Undefined if it
   * can. @default undefined
   */
  fixedMac?(settings: Partial<SettingsOf<S>>): string | undefined;
  /** It never asks for MAC addresses, at least with some settings (`IFF_NOARP`). @default false */
  noArp?: boolean;
  /** The versions of IP that it carries: the lab gives it addresses of these. @default both */
  carries?(settings: SettingsOf<S>): readonly (4 | 6)[];
  /** Its frames have an Ethernet header, but {@link withoutMac}. @default true */
  ethernet?: boolean;
  /** A tunnel: what stands in its outer packets before what it carries. @default none that hairpin can read */
  outerHeader?: TunnelHeader;
  /** hairpin knows every queue of the link, so a marker can show that they are empty. @default false */
  knownQueues?: boolean;
  /** A program reads and writes its frames: at a node of its own, `/dev/tapN`, or at one for all. @default false */
  characterDevice?: true | SharedNode<S>;
  /** It forwards frames between other devices, its ports, as a bridge does. @default false */
  hasPorts?: boolean;
  /** It keeps a forwarding database of its own (`bridge fdb … self`): behind which end an address is. @default false */
  keepsFdb?: boolean;
  /**
   * The other end in its settings. The kernel keeps it as an entry of the forwarding database, for 00:00:00:00:00:00. @default none
   */
  farEnd?(settings: SettingsOf<S>): string | undefined;
  /** The priority of the rule that the kernel adds with the first link of the kind (`l3mdev`). @default it adds none */
  bringsRule?: number;
  /**
   * Other devices can belong to it (`ip link set … master`). It takes their frames, as a bond does (`rx_handler`), or the
   * packets of their stack, as a VRF does (`l3mdev`). @default 'frames' with {@link hasPorts}, else none can
   */
  members?: 'frames' | 'packets';
  /** The settings that it keeps for each device that belongs to it (`IFLA_INFO_SLAVE_DATA`). Its `set` changes them. @default none */
  memberSettings?: Settings;
  /** What else it tells of each of these devices, which no script says. @default nothing */
  memberStatus?: Settings;
  /**
   * Milliseconds within which it may use another of its members, or use one again, though nothing changes any more: it looks at them now and
   * then. @default 0
   */
  changesMemberWithin?(settings: SettingsOf<S>, members: readonly Member[]): number;
  /** Whether it gives its MAC address to the devices that belong to it. @default it does not */
  givesMac?(settings: SettingsOf<S>): boolean;
  /**
   * Whether two packets of a host to the same other host may leave by different members: by their ports, in turn, or by chance.
   * @default false
   */
  sharesOut?(settings: SettingsOf<S>): boolean;

  /** What stands before the number in the name of a new link. @default the kind */
  baseName?(settings: SettingsOf<S>): string;
  /** A name for a new link, from the name of the device below. @default the base name and a number */
  usualName?(lower: string, settings: SettingsOf<S>): string;
  /**
   * Links with one tag form a segment, and the lab gives them addresses of one subnet. A tag counts on one device below, or
   * in the whole lab if there is none. @default the segment of the device below; without one, a segment for each link
   */
  tag?(settings: SettingsOf<S>): { tag: string; suffix: string } | undefined;
  /** Its settings in a few words, for drawings. @default the values of the required settings */
  label?(settings: SettingsOf<S>): readonly (string | number | undefined)[];
  /** The same for messages. @default the label */
  summary?(settings: SettingsOf<S>): readonly (string | number)[];

  /** What a link has beside its settings that a script or a saved topology cannot say. @default nothing */
  leftOut?(device: string, settings: Partial<SettingsOf<S>>): readonly LeftOut[];

  /** The usual causes of errors, by errno's name. */
  causes?: {
    /** Causes when a link is made. */
    add?(refused: Refused<S>): Causes;
    /** Causes when its settings change. */
    settings?: Causes;
    /** Causes when another device is to belong to it. */
    member?(master: string, member: string): Causes;
    /** Causes when the settings that it keeps for a member change. */
    memberSettings?: Causes;
    /** Causes when its MTU, its MAC address or its state (up, down) changes. */
    device?(lower: string): Causes;
  };
}

/** A device that belongs to another, with the {@link LinkDescription.memberStatus}. */
export interface Member {
  /** Whether it is up, and has one. */
  carrier: boolean;
  status: Readonly<Record<string, unknown>>;
}

/** A part of a link that no words of `ip` or `bridge` say. */
export interface LeftOut {
  /** The words for it, such as `the keys of a/wg0`. */
  what: string;
}

/** How links are made that rtnetlink makes none of (`tun_validate`). MAC address, MTU and flags follow by rtnetlink. */
export interface Making<S extends Settings = Settings> {
  /** The object of `ip` that makes them: `tuntap`, for `ip tuntap add`. */
  command: string;
  /** Makes one that is down. @throws KernelError */
  make(namespace: Runner, device: { index: number; name: string }, settings: SettingsOf<S>): void;
  /** The errors, by errno's name, that say that this machine has no such links. */
  missing: readonly string[];
}

/** Runs a function with the thread in a namespace. */
interface Runner {
  run<T>(call: () => T): T;
}

/** One device node for all links of a kind: who opens it says which link is meant. */
export interface SharedNode<S extends Settings = Settings> {
  /** Its number, where it is, and what an udev rule for it matches. */
  node: { numbers: { major: number; minor: number }; published: string; udev: string };
  /** What the kernel is told of a queue that is opened. */
  queue(settings: SettingsOf<S>): { mode: 'tun' | 'tap'; multiQueue?: boolean };
}

/** Settings that travel by a family of generic netlink, such as WireGuard's. */
export interface ApartSettings {
  /** The family's name. */
  family: string;
  /** What they are, for what a script leaves out: `the keys and peers`. */
  what: string;
  /** The error, by errno's name, with which the kernel keeps them from a user namespace. @default it does not */
  hidden?: string;
  /** The error, by errno's name, with which the kernel says that nobody has heard of a change that it has made. @default none */
  unheard?: string;
  /**
   * @param id the family's number
   * @param index the device's ifindex
   * @param settings those that change
   * @param present what {@link settings} says before
   * @returns what makes the changes, in order; none where all is as it should be already
   */
  change(id: number, index: number, settings: object, present: object): readonly Request[];
  list(id: number, index: number): Request<object>;
  settings(answers: readonly object[]): object;
  /** The same for those of {@link LinkDescription.memberSettings} that are `apart`: `member` is the ifindex of the device. */
  ofMember?: {
    change(id: number, index: number, member: number, settings: object): readonly Request[];
    settings(answers: readonly object[], member: number): object;
  };
  /** Of a device that sends only in sessions with its peers. @default it needs none */
  sessions?: {
    /** It asks a peer for a session once in so many milliseconds at most. */
    askedAgainAfter: number;
    /** It asks for a new session if a peer has not answered for so many milliseconds. */
    renewedAfter: number;
    /** The type of the messages that carry packets, the first byte of a datagram. */
    dataMessage: number;
    /** @param time nanoseconds since 1970 */
    read(answers: readonly object[], time: bigint): readonly PeerSession[];
    /** The name that its peers have for it, and the UDP port that it is heard at. */
    ownEnd(answers: readonly object[]): { name?: string | undefined; port?: number | undefined };
  };
}

/** A peer that gets packets only in a session. */
export interface PeerSession {
  /** Its key, for example. */
  name: string;
  /** The networks behind it: `10.7.0.0/24`. */
  networks: readonly string[];
  /** There is no session, and the device asks for one: packets wait until the peer has answered. */
  isMissing: boolean;
  /** How many bytes the device has sent to it. Each time that it asks for a session counts. */
  sent: bigint;
  /** The address that it is sent packets at, outside the tunnel. Without one the device refuses packets. */
  endpoint: string | undefined;
  /** How many bytes it has received from it that it could decrypt. */
  received: bigint;
}

/** A new link that the kernel has refused. */
export interface Refused<S extends Settings> {
  namespace: string;
  name: string;
  settings: SettingsOf<S>;
  /** The device below. */
  lower: LowerDevice;
}

/** The parts of a device below a link that the causes of errors need. */
export interface LowerDevice {
  /** Undefined for a real NIC. */
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

/** A list among the settings, and the settings that change it in the kernel. */
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
