import { Assembler } from './assembler.ts';
import type { Btf } from './btf.ts';

/** How much of a packet is kept, from its network header on. */
const BYTES = 96;

/** Where an event has what: the address in the kernel, the reason, the device and the namespace by number, the packet. */
export const EVENT = { location: 0, reason: 8, ifindex: 16, namespace: 20, packet: 24, length: 24 + BYTES } as const;

/** Structures that are asked for offsets, and the enumeration of reasons. */
export const WANTED = ['sk_buff', 'net_device', 'net', 'sock', 'skb_drop_reason'];

/** A kernel whose structures are not as they are known. */
export class UnknownLayout extends Error {}

/**
 * The program that notes drops (`kfree_skb`) in the namespaces of a lab: of others it is gone again at once.
 *
 * @param queue takes the events
 * @param namespaces has the inode numbers of the lab's namespaces as its keys
 */
export function dropProgram(btf: Btf, queue: number, namespaces: number): Buffer {
  const offset = (struct: string, path: string): number => {
    const found = btf.offset(struct, path);
    if (found === undefined) throw new UnknownLayout(`this kernel has no ${struct}.${path}`);
    return found;
  };
  const [event, scratch] = [-EVENT.length, -EVENT.length - 8];
  const [context, packet, device] = [6, 7, 8];
  const program = new Assembler();
  const pointer = (to: number, from: number, at: number) => {
    program.read(scratch, 8, from, at);
    program.loadStack(to, scratch);
  };

  program.move(context, 1);
  program.load(packet, context, 0);
  program.set(1, 0);
  for (let at = scratch; at < 0; at += 8) program.storeStack(at, 1);
  program.load(1, context, 8);
  program.storeStack(event + EVENT.location, 1);
  program.load(1, context, 16);
  program.storeStack(event + EVENT.reason, 1);

  // Which namespace: that of its device, or of the socket that sends it, before it is given to a device.
  pointer(device, packet, offset('sk_buff', 'dev'));
  program.jumpIfZero(device, 'of a socket');
  program.read(event + EVENT.ifindex, 4, device, offset('net_device', 'ifindex'));
  pointer(device, device, offset('net_device', 'nd_net'));
  program.jump('namespace');
  program.label('of a socket');
  pointer(device, packet, offset('sk_buff', 'sk'));
  program.jumpIfZero(device, 'end');
  pointer(device, device, offset('sock', '__sk_common.skc_net'));
  program.label('namespace');
  program.read(event + EVENT.namespace, 4, device, offset('net', 'ns.inum'));
  program.loadMap(1, namespaces);
  program.stackAddress(2, event + EVENT.namespace);
  program.call('map_lookup_elem');
  program.jumpIfZero(0, 'end');

  // Where the packet is: from its buffer's beginning on, by 16 bits.
  pointer(device, packet, offset('sk_buff', 'head'));
  program.set(1, 0);
  program.storeStack(scratch, 1);
  program.read(scratch, 2, packet, offset('sk_buff', 'network_header'));
  program.loadStack(1, scratch);
  program.addRegister(device, 1);
  program.read(event + EVENT.packet, BYTES, device, 0);
  program.loadMap(1, queue);
  program.stackAddress(2, event);
  program.set(3, 0);
  program.call('map_push_elem');
  program.label('end');
  program.exit();
  return program.code();
}
