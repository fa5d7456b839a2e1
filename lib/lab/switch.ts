import { checkMac, checkOptions, show, UsageError } from '../kernel/validate.ts';
import { bridge } from '../links/bridge.ts';
import type { NewSettingsOf } from '../links/link-kind.ts';
import { bridgeFdb, type FdbEntry } from '../netlink/neighbour.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engine.ts';
import { Interface } from './interface.ts';
import type { Lab } from './lab.ts';
import { Namespace } from './namespace.ts';
import type { Port } from './port.ts';
import type { Segment } from './segment.ts';
import { openSwitch } from './switch-engine.ts';
import { change, watcher } from './watcher.ts';

/** A new switch, in the words of `ip link add … type bridge` (camel-cased). */
export interface SwitchOptions extends NewSettingsOf<typeof bridge> {
  /** The subnets of the segment, at most one of each family. @default the lab's next `10.0.n.0/24` and `fd00:0:0:n::/64` */
  subnets?: readonly string[];
}

/** Makes a switch, with a segment of its own; {@link Lab.switch} is this. */
export function addSwitch(lab: Lab, name: string, options: SwitchOptions): Switch {
  const call = `lab.switch('${name}')`;
  checkOptions(call, options, [...bridge.options.keys(), 'subnets']);
  const { subnets, ...settings } = options;
  bridge.checkNew(call, settings);
  if (subnets !== undefined && (!Array.isArray(subnets) || subnets.length === 0)) {
    throw new UsageError(
      `${call}: subnets must be a list such as ['10.1.0.0/16', 'fd01::/64']: received ${show(subnets)}`,
    );
  }
  const { segments } = engineOf(lab);
  return segments.addFor(name, (segment) => openSwitch(new Switch(lab, name, segment), settings), subnets);
}

/** A namespace that holds one Linux bridge, `br0`: one layer 2 segment. */
export class Switch extends Namespace {
  /** Where the addresses of what is plugged in come from. */
  segment: Segment;

  constructor(lab: Lab, name: string, segment: Segment) {
    super(lab, name, 'switch');
    this.segment = segment;
  }

  /** The ports, in the order in which cables were plugged in. */
  get ports(): readonly Port[] {
    return this.interfaces.filter((device): device is Port => device.isPort);
  }

  /** The forwarding database, as `bridge fdb` has it: which address is behind which port. */
  get fdb() {
    return {
      /** Entries of the ports; those of the bridge itself are left out. */
      list: (): (FdbEntry & { port: Port })[] => {
        checkLabOpen(`${this.name}.fdb.list`, this.lab);
        watcher()?.asked();
        const { rtnetlink, bridge: index } = engineOf(this);
        return rtnetlink.list(bridgeFdb.all({ bridge: index })).flatMap((entry) => {
          const port = this.ports.find(({ index }) => index === entry.device);
          return port ? [{ ...entry, port }] : [];
        });
      },
      /** Makes a static entry. */
      add: (mac: string, port: Port): void => {
        const call = `${this.name}.fdb.add`;
        change(call, [mac, port], () => {
          this.#checkEntry(call, mac, port);
          engineOf(this).rtnetlink.change(bridgeFdb.replace({ mac, device: port.index, master: true, state: 'NOARP' }));
        });
      },
      /** @throws KernelError `ENOENT` when there is no such entry */
      delete: (mac: string, port: Port): void => {
        const call = `${this.name}.fdb.delete`;
        change(call, [mac, port], () => {
          this.#checkEntry(call, mac, port);
          engineOf(this).rtnetlink.change(bridgeFdb.delete({ mac, device: port.index, master: true }));
        });
      },
    };
  }

  #checkEntry(call: string, mac: unknown, port: unknown): void {
    checkLabOpen(call, this.lab);
    checkMac(call, 'mac', mac);
    if (!(port instanceof Interface) || !port.isPort || port.namespace !== this) {
      throw new UsageError(
        `${call}: port must be a port of ${this.name}, such as an end of a cable there: received ${describePort(this, port)}`,
      );
    }
    if (port.deleted) throw new UsageError(`${call}: port ${port} has been deleted`);
  }
}

function describePort({ lab }: Switch, port: unknown): string {
  if (!(port instanceof Interface)) return show(port);
  return port.namespace.lab === lab ? `${port}` : `${port}, of another lab`;
}
