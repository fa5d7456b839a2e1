import { checkErrno } from '../checked.ts';
import { AF_NETLINK, SOCK_DGRAM } from '../constants.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { Socket } from './socket.ts';

const NETLINK_KOBJECT_UEVENT = 15;
/** `struct sockaddr_nl`: family, padding, port, and the groups; the kernel's own events are group 1. */
const KERNEL_EVENTS = Buffer.from([AF_NETLINK, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0]);

/** A device's number, as `stat` has it. */
export interface DeviceNumbers {
  major: number;
  minor: number;
}

/**
 * Runs what makes a device with a node in /dev, and says which number the kernel gave it. Its uevent goes to the network
 * namespace of the device (`kobject_uevent_net_broadcast`), and is there when the making has returned. No sysfs is
 * needed, of which each namespace would have to have its own mounted.
 *
 * @param subsystem `macvtap` …: its class
 * @param undo removes what was made, when it cannot be said which number it has
 * @returns numbers undefined when no such device was made
 */
export function watchDeviceNumbers<T>(
  namespace: NetNamespace,
  subsystem: string,
  make: () => T,
  undo: (made: T) => void,
): { result: T; numbers: DeviceNumbers | undefined } {
  using socket = Socket.open(namespace, AF_NETLINK, SOCK_DGRAM, NETLINK_KOBJECT_UEVENT);
  checkErrno('bind(NETLINK_KOBJECT_UEVENT)', socket.bind(KERNEL_EVENTS));
  const result = make();
  try {
    return { result, numbers: readNumbers(socket, subsystem) };
  } catch (error) {
    undo(result);
    throw error;
  }
}

function readNumbers(socket: Socket, subsystem: string): DeviceNumbers | undefined {
  for (let event = socket.receive(); event; event = socket.receive()) {
    const { ACTION, SUBSYSTEM, MAJOR, MINOR } = parse(event.data);
    if (ACTION !== 'add' || SUBSYSTEM !== subsystem || MAJOR === undefined || MINOR === undefined) continue;
    return { major: Number(MAJOR), minor: Number(MINOR) };
  }
  return undefined;
}

interface Uevent {
  ACTION?: string;
  SUBSYSTEM?: string;
  MAJOR?: string;
  MINOR?: string;
}

/** `add@/devices/…`, then `KEY=value`, each with a NUL behind it. */
function parse(data: Buffer): Uevent {
  const pairs = data
    .toString()
    .split('\0')
    .map((line) => line.split('='));
  return Object.fromEntries(pairs.flatMap(([key, value]) => (key && value !== undefined ? [[key, value]] : [])));
}
