import type { Interface } from '../lab/interface.ts';
import type { Lab } from '../lab/lab.ts';
import type { Port } from '../lab/port.ts';
import type { Switch } from '../lab/switch.ts';
import { type PortOptions, portSettings } from '../links/bridge-port.ts';
import { type BridgePort, type Bridges, FLOOD_KINDS, type FloodKind, floodsTo } from '../model/bridge-flood.ts';
import { isRoutable } from '../netlink/address.ts';
import { ipLink } from '../netlink/link.ts';
import { contains, type Prefix } from '../wire/ip-address.ts';
import { FLAGS, isSwitch, isSwitchPort, staticEntries, USUAL } from './switch-ports.ts';

/** A port of a switch as it stands now. */
export interface SwitchPort extends BridgePort {
  port: Port;
  /** What its cable ends at. */
  device: Interface | undefined;
  settings: PortOptions;
  /** MAC addresses that are behind it for good. */
  entries: readonly string[];
  /** It is up, and has no carrier all the same. */
  hostDown: boolean;
}

/** The switches of a lab with what hangs on them. */
export class SwitchedNetwork implements Bridges<SwitchPort> {
  readonly ports: readonly SwitchPort[];
  /** Those that a host hangs on, and nothing else. Not a host whose end is down: it is nowhere. */
  readonly plugged: readonly SwitchPort[];
  readonly #byPort: ReadonlyMap<Interface, SwitchPort>;
  readonly #addresses = new Map<Interface, readonly Prefix[]>();

  constructor({ namespaces }: Lab) {
    this.ports = namespaces.filter(isSwitch).flatMap(portsOf);
    this.#byPort = new Map(this.ports.map((each) => [each.port, each]));
    this.plugged = this.ports.filter(
      ({ device, port, hostDown }) => device && !isSwitchPort(device) && port.children.size === 0 && !hostDown,
    );
  }

  otherEnd({ device }: SwitchPort): SwitchPort | undefined {
    return device && this.#byPort.get(device);
  }

  /** Whether it makes a difference to anybody at which of two ports each of their hosts is. */
  tellsApart(a: SwitchPort, b: SwitchPort): boolean {
    if (this.#describe(a) === this.#describe(b)) return false;
    return FLOOD_KINDS.some((kind) => this.#reachOtherwise(a, b, kind)) || this.#treatOtherwise(a, b);
  }

  /** Whether a host that both could talk to hears, or is heard by, only one of the two; or one hears the other, or itself. */
  #reachOtherwise(a: SwitchPort, b: SwitchPort, kind: FloodKind): boolean {
    const [fromA, fromB] = [floodsTo(this, a, kind), floodsTo(this, b, kind)];
    if (fromA.has(b) !== fromB.has(a) && this.#couldTalk(a, b)) return true;
    // What is reflected only macvlans hear: nobody else takes a frame that bears its own address.
    if (fromA.has(a) !== fromB.has(b) && [a, b].every((each) => stationsOf(each).length > 1)) return true;
    return this.plugged.some((other) => {
      if (other === a || other === b) return false;
      const to = floodsTo(this, other, kind);
      const differ = fromA.has(other) !== fromB.has(other) || to.has(a) !== to.has(b);
      return differ && (this.#couldTalk(a, other) || this.#couldTalk(b, other));
    });
  }

  /** Whether the ports take frames, or learn from them, in other ways; where anybody is there for it to matter to. */
  #treatOtherwise(a: SwitchPort, b: SwitchPort): boolean {
    const other = (['learning', 'locked'] as const).some((flag) => a.settings[flag] !== b.settings[flag]);
    if (!other && ![a, b].some((each) => keepsEntries(each, [a, b]))) return false;
    return [a, b].some((each) =>
      [...floodsTo(this, each, 'bcastFlood')].some((heard) => heard !== each && this.#couldTalk(each, heard)),
    );
  }

  /** Hosts on one link: with a subnet in common, or without addresses, which a spec may have other uses for. */
  #couldTalk(a: SwitchPort, b: SwitchPort): boolean {
    const [ofA, ofB] = [this.#addressesAt(a), this.#addressesAt(b)];
    if (ofA.length === 0 || ofB.length === 0) return true;
    return ofA.some((own) => ofB.some((other) => contains(own, other.address) || contains(other, own.address)));
  }

  #describe(each: SwitchPort): string {
    return this.#addressesAt(each)
      .map(({ address, length }) => `${address}/${length}`)
      .toSorted()
      .join();
  }

  #addressesAt(each: SwitchPort): readonly Prefix[] {
    return stationsOf(each).flatMap((station) => {
      const known = this.#addresses.get(station) ?? station.address.list().filter(isRoutable);
      this.#addresses.set(station, known);
      return known;
    });
  }
}

/** Whether a spec chose anything of a port. */
export function isChosen({ settings, entries, forwards }: SwitchPort): boolean {
  const flags = FLAGS.some((flag) => settings[flag] !== undefined && settings[flag] !== USUAL[flag]);
  return flags || entries.length > 0 || !forwards;
}

function portsOf(node: Switch): SwitchPort[] {
  const links = node.rtnetlink.list(ipLink.all());
  const entries = staticEntries(node);
  return node.ports.flatMap((port) => {
    const link = links.find(({ index }) => index === port.index);
    if (!link) return [];
    const settings = portSettings(link);
    const { hairpin = false, isolated = false, flood = true, mcastFlood = true, bcastFlood = true } = settings;
    return {
      port,
      device: port.peer,
      settings,
      entries: entries.get(port) ?? [],
      hostDown: link.up && !link.carrier,
      bridge: node,
      forwards: settings.state === 'forwarding',
      hairpin,
      isolated,
      out: { flood, mcastFlood, bcastFlood },
    };
  });
}

/** An entry follows its address to where that is heard (`br_fdb_update`), unless the port does not learn, or lets nobody in. */
function keepsEntries(of: SwitchPort, ports: readonly SwitchPort[]): boolean {
  const stay = ports.some(({ settings }) => settings.learning === false || settings.locked === true);
  const macs = stationsOf(of).map(({ mac }) => mac);
  return of.entries.some((mac) => stay || !macs.includes(mac));
}

/** What has addresses behind a port: the device that is plugged in, and all on top of it. */
function stationsOf({ device }: SwitchPort): Interface[] {
  const withChildren = (each: Interface): Interface[] => [each, ...[...each.children].flatMap(withChildren)];
  return device ? withChildren(device).filter(({ deleted }) => !deleted) : [];
}
