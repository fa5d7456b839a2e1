import { UsageError } from '../../base/validate.ts';
import { ipMptcpEndpoint } from '../../netlink/generic/mptcp.ts';
import { type MptcpEndpointEntry, mptcpEndpoint, mptcpLimits } from '../../state/objects/mptcp.ts';
import { change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';
import type { Namespace } from '../namespace.ts';
import { ObjectTable, parseObject, send } from './object-table.ts';
import { SettingTable } from './setting-table.ts';

/** A new endpoint of MPTCP, in the words of `ip mptcp endpoint`. */
export interface MptcpEndpointOptions {
  address: string;
  /** From 1 to 255. @default the next that is free */
  id?: number;
  /** The port that a signalled address is told with. @default that of the connection */
  port?: number;
  /** The interface that its subflows leave by. @default as the routes say */
  dev?: Interface | string;
  /** The kernel tells the peer the address (`ADD_ADDR`). @default false */
  signal?: boolean;
  /** The kernel opens subflows from the address. @default false */
  subflow?: boolean;
  /** Subflows of the address send only if no other can. @default false */
  backup?: boolean;
  /** Subflows go from the address to each address of the peer. @default false */
  fullmesh?: boolean;
  /** The address is for subflows to addresses that the peer tells (Linux 6.18). @default false */
  laminar?: boolean;
}

/** How many further subflows and addresses a connection has at most, each from 0 to 8. */
export interface MptcpLimitsOptions {
  /** Subflows beside the first. */
  subflows?: number;
  /** Addresses of the peer that it opens subflows to. */
  addAddrAccepted?: number;
}

/** The endpoints of MPTCP of a namespace, as `ip mptcp endpoint` has them. */
export class MptcpEndpointTable extends ObjectTable<MptcpEndpointOptions, { id: number }, MptcpEndpointEntry> {
  readonly #namespace: Namespace;

  constructor(namespace: Namespace) {
    super(namespace, mptcpEndpoint);
    this.#namespace = namespace;
  }

  /**
   * Changes whether an endpoint is a backup, and whether it has subflows to each address of the peer.
   *
   * @throws UsageError for a wrong option, and when no endpoint has the id
   * @example a.mptcp.endpoint.change({ id: 1, backup: true })
   */
  change(options: { id: number; backup?: boolean; fullmesh?: boolean }): void {
    change(`${this.#namespace}.mptcp.endpoint.change`, this.#namespace, [options], (call) => {
      const known = ['id', 'backup', 'fullmesh'];
      const asked = parseObject(call, this.#namespace, mptcpEndpoint, options, { known, isNew: false });
      const { id } = options;
      const now = this.list().find((each) => each.id === id);
      if (!now) throw new UsageError(`${call}: no endpoint has the id ${id}`);
      // The message says both (mptcp_pm_nl_set_flags).
      const { backup = now.backup, fullmesh = now.fullmesh } = options;
      const { dev: _, ...rest } = now;
      send(
        this.#namespace,
        ipMptcpEndpoint.change({ ...rest, ...asked, address: rest.address, device: undefined, backup, fullmesh }),
      );
    });
  }
}

/** What a namespace has of MPTCP. */
export class Mptcp {
  readonly endpoint: MptcpEndpointTable;
  /** The limits, as `ip mptcp limits` has them. */
  readonly limits: SettingTable<MptcpLimitsOptions>;

  constructor(namespace: Namespace) {
    this.endpoint = new MptcpEndpointTable(namespace);
    this.limits = new SettingTable(namespace, mptcpLimits);
  }
}
