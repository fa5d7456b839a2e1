import type { bridge } from '../../links/bridge.ts';
import type { dummy } from '../../links/dummy.ts';
import type { ipvlan } from '../../links/ipvlan.ts';
import type { macvlan } from '../../links/macvlan.ts';
import type { vlan } from '../../links/vlan.ts';
import type { Bridge } from '../bridge.ts';
import type { Interface } from '../interface.ts';
import type { TapInterface } from '../tap-interface.ts';
import type { LinkChange, LinkOf, LinkOptions } from './link-options.ts';

// The names under which a spec knows hairpin's own kinds of links.

/** A second MAC address on its parent, in any namespace. */
export type Macvlan = LinkOf<typeof macvlan>;
/** A new macvlan or macvtap, in the words of `ip link add … type macvlan`. */
export type MacvlanOptions = LinkOptions<typeof macvlan>;
export type MacvlanChange = LinkChange<typeof macvlan>;

/**
 * A macvlan with a character device, at which a virtual machine reads and writes frames. While no program has it open, it
 * is a macvlan like any other (`tap_handle_frame` passes frames on).
 */
export type Macvtap = Macvlan & TapInterface;

/** More IP addresses behind the one MAC address of the parent, in any namespace. */
export type Ipvlan = LinkOf<typeof ipvlan>;
/** A new ipvlan or ipvtap, in the words of `ip link add … type ipvlan`. */
export type IpvlanOptions = Omit<LinkOptions<typeof ipvlan>, 'mac'>;
/** Mode and flag change for every ipvlan on the parent: the kernel keeps one mode and one flag for each parent (`ipvlan_set_port_mode`). */
export type IpvlanChange = Omit<LinkChange<typeof ipvlan>, 'mac'>;

/** An ipvlan with a character device. */
export type Ipvtap = Ipvlan & TapInterface;

/**
 * A VLAN device. The frames that it sends leave by its parent with a tag, and it gets the frames that come in there with
 * that tag. The id and the protocol cannot be changed.
 */
export type Vlan = LinkOf<typeof vlan>;
/** A new VLAN device, in the words of `ip link add … type vlan`. */
export type VlanOptions = LinkOptions<typeof vlan>;

/** A new dummy, in the words of `ip link add … type dummy`. */
export type DummyOptions = LinkOptions<typeof dummy>;

/** A bridge in a namespace: each of its settings is a property, read from the kernel. */
export type BridgeLink = Bridge & LinkOf<typeof bridge>;
export type BridgeChange = LinkChange<typeof bridge>;
/** A new bridge, in the words of `ip link add … type bridge`. */
export type BridgeOptions = LinkOptions<typeof bridge> & {
  /** Interfaces of the same namespace that become its ports. @default none */
  ports?: readonly Interface[];
};
