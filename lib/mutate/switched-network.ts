import { enginesOf } from '../lab/engines/engine.ts';
import type { Interface } from '../lab/interface.ts';
import type { Lab } from '../lab/lab.ts';
import type { Port } from '../lab/port.ts';
import type { Switch } from '../lab/switch.ts';
import { type PortOptions, portSettings } from '../links/bridge-port.ts';
import { MODEL_PARTS, type ModelState } from '../model/network.ts';
import { predict } from '../model/predict.ts';
import { stepsOf } from '../model/prediction.ts';
import { isRoutable } from '../netlink/address.ts';
import type { Link } from '../state/network-state.ts';
import { readNetwork } from '../state/read-network.ts';
import { ETHERTYPE } from '../wire/ethernet.ts';
import { contains, type Prefix } from '../wire/ip-address.ts';
import { BROADCAST_MAC } from '../wire/mac-address.ts';
import { FLAGS, isSwitch, isSwitchPort, staticEntries, USUAL } from './switch-ports.ts';

/** A port of a switch as it stands now. */
export interface SwitchPort {
  port: Port;
  bridge: Switch;
  /** In the state forwarding, which a port is only while it is up and has a carrier. */
  forwards: boolean;
  /** What its cable ends at. */
  device: Interface | undefined;
  settings: PortOptions;
  /** MAC addresses that are behind it for good. */
  entries: readonly string[];
  /** It is up, and has no carrier all the same. */
  hostDown: boolean;
}

/** Where a frame of each class that is flooded goes: a host that nobody has learnt, a group, everybody. */
const FLOODED = { unicast: '06:00:00:00:00:01', multicast: '01:00:5e:00:00:fb', broadcast: BROADCAST_MAC };
type Flooded = keyof typeof FLOODED;
const CLASSES = Object.keys(FLOODED) as Flooded[];

/** The switches of a lab with what hangs on them. */
export class SwitchedNetwork {
  readonly ports: readonly SwitchPort[];
  /** Those that a host hangs on, and nothing else. Not a host whose end is down: it is nowhere. */
  readonly plugged: readonly SwitchPort[];
  readonly #state: ModelState;
  readonly #addresses = new Map<Interface, readonly Prefix[]>();

  constructor({ namespaces }: Lab) {
    const switches = namespaces.filter(isSwitch);
    // The hosts are left out: where a frame goes to them its way ends.
    this.#state = readNetwork(enginesOf(switches), MODEL_PARTS);
    this.ports = switches.flatMap((node, at) => portsOf(node, this.#state.namespaces[at]?.links ?? []));
    this.plugged = this.ports.filter(
      ({ device, port, hostDown }) => device && !isSwitchPort(device) && port.children.size === 0 && !hostDown,
    );
  }

  /** Whether it makes a difference to anybody at which of two ports each of their hosts is. */
  tellsApart(a: SwitchPort, b: SwitchPort): boolean {
    if (this.#describe(a) === this.#describe(b)) return false;
    return CLASSES.some((kind) => this.#reachOtherwise(a, b, kind)) || this.#treatOtherwise(a, b);
  }

  /** Whether a host that both could talk to hears, or is heard by, only one of the two; or one hears the other, or itself. */
  #reachOtherwise(a: SwitchPort, b: SwitchPort, kind: Flooded): boolean {
    const [fromA, fromB] = [this.#floodsTo(a, kind), this.#floodsTo(b, kind)];
    if (fromA.has(b) !== fromB.has(a) && this.#couldTalk(a, b)) return true;
    // What is reflected only macvlans hear: nobody else takes a frame that bears its own address.
    if (fromA.has(a) !== fromB.has(b) && [a, b].every((each) => stationsOf(each).length > 1)) return true;
    return this.plugged.some((other) => {
      if (other === a || other === b) return false;
      const to = this.#floodsTo(other, kind);
      const differ = fromA.has(other) !== fromB.has(other) || to.has(a) !== to.has(b);
      return differ && (this.#couldTalk(a, other) || this.#couldTalk(b, other));
    });
  }

  /** Whether the ports take frames, or learn from them, in other ways; where anybody is there for it to matter to. */
  #treatOtherwise(a: SwitchPort, b: SwitchPort): boolean {
    const other = (['learning', 'locked'] as const).some((flag) => a.settings[flag] !== b.settings[flag]);
    if (!other && ![a, b].some((each) => keepsEntries(each, [a, b]))) return false;
    return [a, b].some((each) =>
      [...this.#floodsTo(each, 'broadcast')].some((heard) => heard !== each && this.#couldTalk(each, heard)),
    );
  }

  /** The ports by which a frame of the host at a port leaves the switches: a host hangs on each. */
  #floodsTo({ port, device }: SwitchPort, kind: Flooded): Set<SwitchPort> {
    const source = device?.mac ?? port.mac;
    const frame = { source, destination: FLOODED[kind], tags: [], etherType: ETHERTYPE.ipv4, length: 46 };
    const at = { namespace: port.namespace.name, index: port.index, direction: 'in' } as const;
    const out = stepsOf(predict(this.#state, frame, at)).filter((step) => step.at.direction === 'out');
    const left = this.ports.filter((each) => {
      const [name, { index }] = [each.bridge.name, each.port];
      const goesOn = each.device !== undefined && isSwitchPort(each.device);
      return !goesOn && out.some((step) => step.at.namespace === name && step.at.index === index);
    });
    return new Set(left);
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

function portsOf(node: Switch, links: readonly Link[]): SwitchPort[] {
  const entries = staticEntries(node);
  return node.ports.flatMap((port) => {
    const link = links.find(({ index }) => index === port.index);
    if (!link) return [];
    const settings = portSettings(link);
    return {
      ...{ port, settings, bridge: node, device: port.peer },
      entries: entries.get(port) ?? [],
      hostDown: link.up && !link.carrier,
      forwards: settings.state === 'forwarding',
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
