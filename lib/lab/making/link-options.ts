import type { Lower } from '../../links/link-description.ts';
import type { LinkKind } from '../../links/link-kind.ts';
import type { FdbKind, TapKind } from '../../links/registry.ts';
import type { LiveSettings, NewSettings, Settings, SettingsOf } from '../../links/setting.ts';
import type { LinkedIndex } from '../../netlink/codec/scalars.ts';
import type { Interface } from '../interface.ts';
import type { InterfaceChange } from '../interface-change.ts';
import type { AddressOption } from '../tables/address-option.ts';
import type { MemberList } from '../tables/member-list.ts';
import type { RemoteFdb } from '../tables/remote-fdb.ts';
import type { TapInterface } from '../tap-interface.ts';
import type { Uplink } from '../uplink.ts';

/** Options of every new link, in the words of `ip link add`. */
export interface DeviceOptions {
  /** @default the kind and a number: `macvlan0`, `macvlan1` …; of a VLAN the parent's name and the id, as in `eth0.10` */
  name?: string;
  /**
   * @default the next addresses of its segment, IPv4 and IPv6; none on a real NIC, or if hairpin does not know where the
   * link leads
   */
  address?: AddressOption;
  /** Not of an ipvlan. @default one derived from the device's index; a VLAN's is its parent's; on a real NIC a random one */
  mac?: string;
  /** @default the parent's, or 1500 */
  mtu?: number;
  /** @default true */
  up?: boolean;
  /** @default false */
  promiscuous?: boolean;
}

/** What may be below a link of a kind. */
export type ParentOf<L extends Lower> = L extends 'none'
  ? undefined
  : L extends 'interface'
    ? Interface
    : Interface | Uplink;

interface WithParent<L extends Lower> {
  /** The device below, in any namespace of the lab. For a macvlan it may be a real NIC (`lab.uplink`). */
  parent: ParentOf<L>;
}

/** A new link of a kind. `object` refuses a text, which has all that options without a required one ask for. */
export type LinkOptions<K> =
  K extends LinkKind<string, infer S, infer L>
    ? object & DeviceOptions & NewSettings<S> & (L extends 'none' ? unknown : WithParent<L>)
    : never;

/** They can be left out where none has to be given. */
export type LinkArguments<K> =
  Record<never, never> extends LinkOptions<K> ? [options?: LinkOptions<K>] : [options: LinkOptions<K>];

/** Live changes of a link of a kind. */
export type LinkChange<K> = K extends LinkKind<string, infer S> ? InterfaceChange & LiveSettings<S> : never;

/** A setting as a spec is given it: another device is an interface. */
type Given<T> = NonNullable<T> extends LinkedIndex ? Interface | undefined : T;

interface Link<S extends Settings, L extends Lower> extends Interface {
  readonly parent: ParentOf<L>;
  /** The settings that the kernel has now. */
  readonly settings: { readonly [N in keyof SettingsOf<S>]: Given<SettingsOf<S>[N]> };
  /** @throws UsageError for a wrong option; KernelError when the kernel refuses */
  set(change: InterfaceChange & LiveSettings<S>): this;
}

/** An interface of a kind: each of its settings is a property, read from the kernel. A list is changed by its methods. */
export type LinkOf<K> =
  K extends LinkKind<string, infer S, infer L>
    ? Link<S, L> & {
        readonly [N in keyof SettingsOf<S>]: SettingsOf<S>[N] extends string[] ? MemberList : Given<SettingsOf<S>[N]>;
      } & (K extends FdbKind ? { readonly fdb: RemoteFdb } : unknown) &
        (K extends TapKind ? Pick<TapInterface, 'open' | 'queues'> : unknown)
    : never;
