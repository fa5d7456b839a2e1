import { checkBoolean, checkInteger, checkOneOf, checkOptions, UsageError } from '../kernel/validate.ts';
import { ipLink } from '../netlink/link.ts';
import { Child } from './child.ts';
import {
  checkInterfaceChange,
  INTERFACE_CHANGES,
  Interface,
  type InterfaceChange,
  type InterfaceOrigin,
} from './interface.ts';
import { MacaddrList } from './macaddr-list.ts';
import { MACVLAN_MODES, type MacvlanMode, macvlanKind, macvlanSettings } from './macvlan-attributes.ts';
import type { Uplink } from './uplink.ts';

/** Live changes of a macvlan. */
export interface MacvlanChange extends InterfaceChange {
  /** Passthru cannot be entered or left (`macvlan_changelink`). */
  mode?: MacvlanMode;
  nopromisc?: boolean;
  bcqueuelen?: number;
}

/** A macvlan interface: a second MAC address on its parent, in a namespace of its own. */
export class Macvlan extends Child<Interface | Uplink> {
  /** The list of MAC addresses that a `source` macvlan hears, as `ip link set … type macvlan macaddr` changes it. */
  readonly macaddr: MacaddrList;

  constructor(origin: InterfaceOrigin, parent: Interface | Uplink) {
    // On top of a macvlan the kernel takes the device below that one (macvlan_common_newlink).
    super(origin, parent instanceof Macvlan ? parent.parent : parent);
    this.macaddr = new MacaddrList(this);
  }

  /** The mode that the kernel has it in now. */
  get mode(): MacvlanMode {
    return this.known('mode', MACVLAN_MODES, macvlanSettings(this.state()).mode);
  }

  /**
   * @throws KernelError `EINVAL` when `mode` enters or leaves passthru
   * @example m1.set({ mode: 'bridge' })
   */
  override set(options: MacvlanChange): this {
    return super.set(options);
  }

  protected override apply(options: MacvlanChange): this {
    this.checkAlive('set');
    const call = `${this}.set`;
    checkOptions(call, options, [...INTERFACE_CHANGES, 'mode', 'nopromisc', 'bcqueuelen']);
    const { mode, nopromisc, bcqueuelen, ...change } = options;
    checkInterfaceChange(call, change);
    checkMacvlanSettings(call, { mode, nopromisc, bcqueuelen });
    // The flags are one word: set on another mode, it would take a source child's nodst away.
    if (nopromisc !== undefined && this.mode !== 'passthru')
      throw new UsageError(`${call}: nopromisc belongs to mode passthru: received mode ${this.mode}`);
    const data = { mode, nopromisc, bcqueuelen };
    if (Object.values(data).some((value) => value !== undefined)) this.setData(data);
    if (Object.keys(change).length > 0) super.apply(change);
    return this;
  }

  /**
   * Changes what only macvlans have.
   *
   * @internal
   */
  setData(data: Parameters<typeof macvlanKind.as>[1]): void {
    this.checkAlive('set');
    const causes = {
      EINVAL:
        'passthru can be neither entered nor left by a live macvlan, and MAC addresses can be listed in mode source ' +
        'only (macvlan_changelink): delete it and make it anew',
    };
    const kind = this.kind === 'macvtap' ? 'macvtap' : 'macvlan';
    this.namespace.rtnetlink.change(ipLink.change({ index: this.index, ...macvlanKind.as(kind, data) }, causes));
  }

  protected override sharingMac(): Interface[] {
    const { parent } = this;
    return parent instanceof Interface && !parent.deleted ? [...super.sharingMac(), parent] : super.sharingMac();
  }
}

/** Checks what a new macvlan and a live one have in common. */
export function checkMacvlanSettings(
  call: string,
  { mode, nopromisc, bcqueuelen }: { mode?: unknown; nopromisc?: unknown; bcqueuelen?: unknown },
): void {
  if (mode !== undefined) checkOneOf(call, 'mode', mode, MACVLAN_MODES);
  checkBoolean(call, 'nopromisc', nopromisc);
  checkInteger(call, 'bcqueuelen', bcqueuelen, 0, 0xffff_ffff);
}
