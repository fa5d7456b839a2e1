import { engineOf } from '../lab/engines/engine.ts';
import type { Interface, Uplink } from '../lab/index.ts';
import { ipRoute, TABLE_MAIN } from '../netlink/routing/route.ts';
import { arpIn, arpRequestFrame } from '../wire/arp.ts';
import { FrameSocket } from './frame-socket.ts';

/** The IPv4 gateway that the machine itself has by the NIC. */
export function gatewayOf(uplink: Uplink): string | undefined {
  const { index } = uplink;
  const routes = engineOf(uplink)
    .rtnetlink.list(ipRoute.all({ family: 4 }))
    .filter(({ table }) => table === TABLE_MAIN);
  return routes.flatMap(({ to, nextHops }) => (to.length === 0 ? nextHops : [])).find(({ device }) => device === index)
    ?.via;
}

/**
 * The positive control of {@link askReflection}: a switch that drops what has a foreign MAC address looks like one that
 * does not reflect, unless somebody behind it answers the children. Asked by ARP probes, which claim no address
 * (RFC 5227 section 2.1.1).
 */
export class ReflectionControl {
  readonly address: string | undefined;
  readonly #devices: readonly Interface[];
  readonly #answered = new Set<Interface>();

  /** @param address whom to ask; nobody, when undefined */
  constructor(devices: readonly Interface[], address: string | undefined) {
    this.address = address;
    this.#devices = address === undefined ? [] : devices;
    for (const device of this.#devices) {
      FrameSocket.of(device.namespace).listen(({ bytes }) => {
        const arp = arpIn(bytes);
        if (arp?.operation === 'reply' && arp.senderIp === address) this.#answered.add(device);
      });
    }
  }

  /** Whether every device has been answered. */
  get answered(): boolean {
    return this.#devices.every((device) => this.#answered.has(device));
  }

  /** Has each device ask that has not been answered. */
  ask(): void {
    for (const device of this.#devices) {
      if (this.#answered.has(device) || this.address === undefined) continue;
      const question = arpRequestFrame({ senderMac: device.mac, senderIp: '0.0.0.0', targetIp: this.address });
      FrameSocket.of(device.namespace).send(device, question);
    }
  }

  /** Takes the answers that are there. */
  hear(): void {
    for (const { namespace } of this.#devices) FrameSocket.of(namespace).drain();
  }
}
