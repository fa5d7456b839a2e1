import { checkOptions, wrongOption } from '../base/validate.ts';
import { s32 } from '../kernel/bytes.ts';
import {
  AF_INET,
  AF_INET6,
  IP_ADD_MEMBERSHIP,
  IPPROTO_IP,
  IPPROTO_IPV6,
  IPV6_ADD_MEMBERSHIP,
  SOCK_DGRAM,
} from '../kernel/constants.ts';
import { Socket } from '../kernel/sockets/socket.ts';
import { familyOf, ipToBytes } from '../wire/ip-address.ts';
import { checkLabOpen } from './check-lab-open.ts';
import { engineOf } from './engines/engine.ts';
import type { Interface } from './interface.ts';
import type { Namespace } from './namespace.ts';
import { checkGroup } from './tables/mdb.ts';

/** A host's membership in a group, until it leaves or the lab ends. */
export class Membership implements Disposable {
  readonly group: string;
  readonly device: Interface;
  readonly #leave: () => void;

  constructor(group: string, device: Interface, leave: () => void) {
    this.group = group;
    this.device = device;
    this.#leave = leave;
  }

  /** Leaves the group, with a message to the network; a second call does nothing. */
  leave(): void {
    this.#leave();
  }

  [Symbol.dispose](): void {
    this.leave();
  }
}

/** Joins a group by a socket of its own; {@link Namespace.join} is this. */
export function joinGroup(namespace: Namespace, group: string, options: { dev?: Interface | string }): Membership {
  const call = `${namespace}.join`;
  checkLabOpen(call, namespace.lab);
  checkGroup(call, group);
  checkOptions(call, options, ['dev']);
  const family = familyOf(group);
  if (!family) throw wrongOption(call, 'group', 'an IP multicast group', group);
  const { dev } = options;
  if (dev === undefined && namespace.interfaces.length > 1)
    throw wrongOption(call, 'dev', `one of ${namespace.interfaces.map(({ name }) => name).join(', ')}`, dev);
  const device = namespace.interface(dev);
  const { netns } = engineOf(namespace);
  const socket = Socket.open(netns, family === 4 ? AF_INET : AF_INET6, SOCK_DGRAM, 0);
  try {
    // struct ip_mreqn, and struct ipv6_mreq.
    const [any, index] = [ipToBytes('0.0.0.0'), s32(device.index)];
    if (family === 4) socket.setOption(IPPROTO_IP, IP_ADD_MEMBERSHIP, Buffer.concat([ipToBytes(group), any, index]));
    else socket.setOption(IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, Buffer.concat([ipToBytes(group), index]));
  } catch (error) {
    socket.close();
    throw error;
  }
  engineOf(namespace.lab).resources.add(socket);
  return new Membership(group, device, () => socket.close());
}
