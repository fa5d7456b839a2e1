import { randomBytes } from 'node:crypto';
import { firstReady } from '../base/first-ready.ts';
import { now } from '../kernel/clock.ts';
import { PACKET_OUTGOING } from '../kernel/constants.ts';
import { openPacketSocket } from '../kernel/sockets/packet-socket.ts';
import type { Socket } from '../kernel/sockets/socket.ts';
import { packetSocketAddress } from '../kernel/sockets/socket-address.ts';
import { TapSocket } from '../kernel/taps/tap-socket.ts';
import { engineOf } from '../lab/engines/engine.ts';
import type { Lab, Macvlan, Uplink } from '../lab/index.ts';
import { decodeEthernet, ETHERTYPE, encodeEthernet } from '../wire/ethernet.ts';
import { BROADCAST_MAC } from '../wire/mac-address.ts';
import { gatewayOf, ReflectionControl } from './reflection-control.ts';

const ROUNDS = 3;

/** How long a second copy of a frame is waited for, in milliseconds; the worst way through a parent's worker took 12. */
const COPY_WAIT = 50;

const MOST_A_DRAIN = 10_000;

/** What became of the frames of one kind, from one child to the other. */
export interface ReflectedFrames {
  frame: 'broadcast' | 'unicast';
  from: string;
  sent: number;
  /** Given to the NIC to send, as a tap on it saw. */
  left: number;
  /** Come back to the NIC. */
  returned: number;
  /** Heard by the other child; each counts once. */
  heard: number;
  /** Those heard again. */
  extra: number;
}

/** What a switch does with the frames between two VEPA children of one NIC. */
export interface Reflection {
  frames: ReflectedFrames[];
  /** Another machine behind the switch that both children asked for its MAC address, and whether it answered both. */
  neighbour: { address: string; chosen: boolean; answered: boolean } | undefined;
  /** Whether the NIC had its carrier at the end, too. */
  carrier: boolean;
}

/**
 * Asks whether the switch behind a NIC sends frames back out of the port that they came in by (802.1Qbg's reflective
 * relay): two macvlans in mode vepa send each other raw frames. First a broadcast each, by which the switch learns where
 * both are; then unicast. Three rounds, each as long as `within` where something is missing.
 *
 * @param neighbour an IPv4 address behind the switch for the positive control; the default gateway by the NIC, if any
 */
export async function askReflection(
  lab: Lab,
  uplink: Uplink,
  { within, neighbour }: { within: number; neighbour?: string | undefined },
): Promise<Reflection> {
  const tap = engineOf(lab).resources.add(
    new TapSocket(engineOf(uplink).netns, { index: uplink.index, etherType: ETHERTYPE.experimental }),
  );
  const children = ['one', 'two'].map((name) => addChild(lab, uplink, name)) as [Child, Child];
  const run = randomBytes(8).toString('hex');
  const counts = new Map<string, Count>();
  const control = new ReflectionControl(
    children.map(({ device }) => device),
    neighbour ?? gatewayOf(uplink),
  );
  for (let round = 1; round <= ROUNDS; round++) {
    control.ask();
    for (const frame of ['broadcast', 'unicast'] as const) {
      for (const [from, to] of [children, children.toReversed()] as [Child, Child][]) {
        const text = `hairpin check-switch ${run} ${from.name} ${frame} ${round}`;
        counts.set(text, { frame, from: from.name, left: 0, returned: 0, copies: 0 });
        send(from, frame === 'broadcast' ? BROADCAST_MAC : to.device.mac, text);
      }
    }
    const complete = () => [...counts.values()].every(({ copies }) => copies > 0);
    await collect(children, counts, { until: now() + within, complete });
    control.hear();
  }
  await collect(children, counts, { until: now() + COPY_WAIT, complete: () => false });
  control.hear();
  for (const { bytes, packetType } of tap.drain(MOST_A_DRAIN)) {
    const count = counts.get(textOf(bytes));
    if (count) count[packetType === PACKET_OUTGOING ? 'left' : 'returned']++;
  }
  const address = control.address;
  return {
    frames: sumUp([...counts.values()]),
    neighbour:
      address === undefined ? undefined : { address, chosen: neighbour !== undefined, answered: control.answered },
    carrier: uplink.state().carrier,
  };
}

interface Child {
  name: string;
  device: Macvlan;
  socket: Socket;
}

interface Count {
  frame: 'broadcast' | 'unicast';
  from: string;
  left: number;
  returned: number;
  copies: number;
}

function addChild(lab: Lab, uplink: Uplink, name: string): Child {
  const namespace = lab.namespace(name);
  // Nothing of their own on somebody's network: no addresses, so no solicitations and no group reports.
  namespace.sysctl.set('net.ipv6.conf.default.disable_ipv6', 1);
  const device = namespace.macvlan({ parent: uplink, mode: 'vepa', address: false });
  return {
    name,
    device,
    socket: engineOf(lab).resources.add(openPacketSocket(engineOf(namespace).netns, ETHERTYPE.experimental)),
  };
}

function send({ device, socket }: Child, destination: string, text: string): void {
  const frame = encodeEthernet({
    destination,
    source: device.mac,
    etherType: ETHERTYPE.experimental,
    payload: Buffer.from(text),
  });
  // What did not leave is missing on the tap.
  socket.send(frame, packetSocketAddress(device.index, ETHERTYPE.experimental));
}

async function collect(
  children: readonly Child[],
  counts: ReadonlyMap<string, Count>,
  { until, complete }: { until: number; complete: () => boolean },
): Promise<void> {
  for (;;) {
    for (const { socket } of children) {
      for (let received = socket.receive(); received; received = socket.receive()) {
        // A child never hears itself: macvlan_broadcast leaves the sender out.
        const count = counts.get(textOf(received.data));
        if (count) count.copies++;
      }
    }
    const left = until - now();
    if (left <= 0 || complete()) return;
    await firstReady(
      children.map(
        ({ socket }) =>
          (signal) =>
            socket.readable(left, signal),
      ),
    );
  }
}

/** The text of a frame, without the padding behind it. */
function textOf(bytes: Buffer): string {
  const payload = decodeEthernet(bytes)?.payload ?? Buffer.alloc(0);
  const end = payload.indexOf(0);
  return payload.toString('latin1', 0, end < 0 ? payload.length : end);
}

function sumUp(counts: readonly Count[]): ReflectedFrames[] {
  return [...Map.groupBy(counts, ({ frame, from }) => `${frame} ${from}`).values()].map((group) => {
    const [{ frame, from }] = group as [Count];
    const count = (of: (each: Count) => number) => group.reduce((sum, each) => sum + of(each), 0);
    return {
      frame,
      from,
      sent: group.length,
      left: count(({ left }) => Math.min(left, 1)),
      returned: count(({ returned }) => Math.min(returned, 1)),
      heard: count(({ copies }) => Math.min(copies, 1)),
      extra: count(({ copies }) => Math.max(copies - 1, 0)),
    };
  });
}
