import { withoutUndefined } from '../../base/plain-object.ts';
import {
  checkBoolean,
  checkInteger,
  checkIp,
  checkOptions,
  show,
  UsageError,
  wrongOption,
} from '../../base/validate.ts';
import { bridgeFdb } from '../../netlink/routing/neighbour.ts';
import { isMac } from '../../wire/mac-address.ts';
import { deviceAt } from '../device-at.ts';
import { engineOf } from '../engines/engine.ts';
import { ask, change } from '../engines/watcher.ts';
import { Interface } from '../interface.ts';
import { checkInterfaceOf } from '../making/linked-devices.ts';

/** An entry of a vxlan's forwarding database, in the words of `bridge fdb`. */
export interface RemoteFdbEntry {
  /** The inner address; `00:00:00:00:00:00` stands for groups, broadcast and every address without an entry. */
  mac: string;
  /** The IP address of the remote end. It needs either this or {@link nhid}. */
  dst?: string;
  /** The UDP port there, 1 to 65535. @default the device's `dstport` */
  port?: number;
  /** The network identifier (VNI) in the frames that it sends, 0 to 2²⁴−1. @default the device's own */
  vni?: number;
  /** The VNI of the entry, for an `external` device. @default 0 */
  srcVni?: number;
  /** The device of the namespace that the outer packets leave by. @default the route's */
  via?: Interface;
  /** A nexthop group of remote ends, in place of the options above. */
  nhid?: number;
  /** It expires like a learnt entry (`ageing`). @default false */
  dynamic?: boolean;
  /** A control plane added it (`extern_learn`). @default false */
  externLearn?: boolean;
  /** The address is a router's, for a device with `rsc`. @default false */
  router?: boolean;
}

const OPTIONS = ['mac', 'dst', 'port', 'vni', 'srcVni', 'via', 'nhid', 'dynamic', 'externLearn', 'router'] as const;
const HIGHEST_VNI = 2 ** 24 - 1;

/** A vxlan's own forwarding database (`bridge fdb … self`): to which remote end it sends frames for an address. */
export class RemoteFdb {
  readonly #device: Interface;

  constructor(device: Interface) {
    this.#device = device;
  }

  /** The entries as the kernel has them: the learnt ones, the static ones, and that of the device's own `remote`. */
  list(): RemoteFdbEntry[] {
    ask(`${this.#device}.fdb.list`, this.#device);
    const { namespace, index } = this.#device;
    return engineOf(namespace)
      .rtnetlink.list(bridgeFdb.all({ device: index }))
      .filter((entry) => entry.device === index && entry.bridge === undefined)
      .map(({ mac, to, permanent, udpPort, vni, srcVni, via, nhid, externLearn, router }) => ({
        ...{ mac, dynamic: !permanent },
        ...withoutUndefined({ dst: to, port: udpPort, vni, srcVni, nhid, via: deviceAt(namespace, via) }),
        ...(externLearn ? { externLearn } : {}),
        ...(router ? { router } : {}),
      }));
  }

  /**
   * Adds an entry for an address that has none.
   *
   * @throws UsageError for a wrong option; KernelError `EEXIST` when the address has an entry
   * @example vx.fdb.add({ mac: '02:00:00:00:00:07', dst: '192.0.2.7' })
   */
  add(entry: RemoteFdbEntry): void {
    this.#change('add', entry);
  }

  /**
   * Adds one more remote end. Only `00:00:00:00:00:00` and groups can have several (`vxlan_fdb_update_existing`).
   *
   * @example for (const dst of ends) vx.fdb.append({ mac: '00:00:00:00:00:00', dst })
   */
  append(entry: RemoteFdbEntry): void {
    this.#change('append', entry);
  }

  /** Changes the remote end of an address, or adds the entry. A group and `00:00:00:00:00:00` cannot be replaced. */
  replace(entry: RemoteFdbEntry): void {
    this.#change('replace', entry);
  }

  /** Deletes one remote end of an address; without `dst` all of them. @throws KernelError `ENOENT` when there is none */
  delete(entry: RemoteFdbEntry): void {
    this.#change('delete', entry);
  }

  #change(how: 'add' | 'append' | 'replace' | 'delete', entry: RemoteFdbEntry): void {
    change(`${this.#device}.fdb.${how}`, this.#device, [entry], (call) => {
      this.#check(call, entry, how !== 'delete');
      const { mac, dst, port, via, dynamic = false, ...others } = entry;
      const { namespace, index } = this.#device;
      const where = { mac: mac.toLowerCase(), to: dst, udpPort: port, via: via?.index };
      const state = dynamic ? 'REACHABLE' : 'PERMANENT';
      const message = { ...others, ...where, state, device: index, self: true } as const;
      engineOf(namespace).rtnetlink.change(bridgeFdb[how](message, how === 'delete' ? {} : CAUSES));
    });
  }

  #check(call: string, entry: RemoteFdbEntry, needsEnd: boolean): void {
    checkOptions(call, entry, OPTIONS);
    const { mac, dst, port, vni, srcVni, via, nhid } = entry;
    if (!isMac(mac)) throw wrongOption(call, 'mac', 'a MAC address such as 02:00:00:00:00:01', mac);
    if (dst !== undefined) checkIp(call, 'dst', dst);
    if (needsEnd && (dst === undefined) === (nhid === undefined))
      throw new UsageError(`${call}: either dst or nhid must be given: received ${show(entry)}`);
    checkInteger(call, 'port', port, 1, 65535);
    checkInteger(call, 'vni', vni, 0, HIGHEST_VNI);
    checkInteger(call, 'srcVni', srcVni, 0, HIGHEST_VNI);
    checkInteger(call, 'nhid', nhid, 1, 2 ** 32 - 1);
    if (via !== undefined) checkInterfaceOf(call, 'via', via, this.#device.namespace);
    for (const option of ['dynamic', 'externLearn', 'router'] as const) checkBoolean(call, option, entry[option]);
  }
}

const CAUSES = {
  EEXIST: 'the address has an entry already (vxlan_fdb_update): replace it, or append to it if it is a group',
  EAFNOSUPPORT: "dst must have the IP version of the device's remote or local (vxlan_fdb_add)",
  EOPNOTSUPP: 'a group, and 00:00:00:00:00:00, cannot be replaced (vxlan_fdb_update_existing): append',
  ENOSPC: "the device's table is full: see its maxaddress (vxlan_fdb_create)",
} as const;

/** A tunnel with its own forwarding database. */
export class FdbInterface extends Interface {
  /** To which remote end it sends frames for an address. */
  get fdb(): RemoteFdb {
    return new RemoteFdb(this);
  }
}
