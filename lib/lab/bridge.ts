import { kindOf } from '../links/registry.ts';
import { bridgeFdb, type FdbEntry } from '../netlink/neighbour.ts';
import { engineOf } from './engine.ts';
import { Interface } from './interface.ts';
import { checkAlive } from './interface-state.ts';

/**
 * A Linux bridge in a host's namespace, as container software makes it: the host's own stack sits behind it as behind one
 * more port (`br_pass_frame_up`). A lab's own bridges are a {@link Switch} each.
 */
export class Bridge extends Interface {
  /** Its ports, as far as they are interfaces of the lab. */
  get ports(): readonly Interface[] {
    return this.namespace.interfaces.filter((device) => device.bridge === this);
  }

  /** The forwarding database: which address is behind which port. */
  get fdb() {
    return {
      list: (): (FdbEntry & { port: Interface })[] => {
        checkAlive(this, 'fdb.list');
        return engineOf(this.namespace)
          .rtnetlink.list(bridgeFdb.all({ bridge: this.index }))
          .flatMap((entry) => {
            const port = this.ports.find(({ index }) => index === entry.device);
            return port ? [{ ...entry, port }] : [];
          });
      },
    };
  }
}

/** Whether an interface is a bridge of a host's, whose ports others are. */
export function isBridge(device: unknown): device is Bridge {
  return device instanceof Interface && kindOf(device)?.description.hasPorts === true;
}
