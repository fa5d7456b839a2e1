import { randomBytes } from 'node:crypto';
import { ResourceStack } from '../base/resource-stack.ts';
import { s32 } from '../kernel/bytes.ts';
import { SO_BINDTOIFINDEX, SOL_SOCKET } from '../kernel/constants.ts';
import { openIcmpSocket } from '../kernel/sockets/icmp-socket.ts';
import { keepHopLimit } from '../kernel/sockets/packet-filter.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import {
  decodeNeighbourMessage,
  decodeNeighbourSolicitation,
  HOP_LIMIT,
  NEIGHBOUR_ADVERTISEMENT,
  NONCE_LENGTH,
  neighbourSolicitationFrame,
} from '../wire/neighbour-discovery.ts';
import type { Asker } from './asker.ts';
import { FrameSocket } from './frame-socket.ts';
import { receiveIcmp } from './icmp-errors.ts';
import type { Question } from './question.ts';

/** Solicitations of our own, as `ndisc6` sends them: the kernel's table has no say in the answer. */
export function askNd({ from, source, to }: Question): Asker {
  const { device } = source;
  using resources = new ResourceStack();
  const heard = resources.use(openIcmpSocket(engineOf(from).netns, 6, [NEIGHBOUR_ADVERTISEMENT]));
  // A raw socket hears what the stack itself ignores (ndisc_rcv): what a router has forwarded.
  keepHopLimit(heard, HOP_LIMIT);
  heard.setOption(SOL_SOCKET, SO_BINDTOIFINDEX, s32(device.index));
  const socket = FrameSocket.of(from);
  const nonce = randomBytes(NONCE_LENGTH);
  const solicitation = neighbourSolicitationFrame({
    ...{ sourceIp: source.address, sourceMac: device.mac, targetIp: to.address, nonce },
  });
  const isAnswer = (message: Buffer) => {
    const { type, targetIp } = decodeNeighbourMessage(message) ?? {};
    return type === NEIGHBOUR_ADVERTISEMENT && targetIp === to.address;
  };
  const open = resources.move();
  return {
    send: () => socket.send(device, solicitation),
    read() {
      for (let received = receiveIcmp(heard, 6); received; received = receiveIcmp(heard, 6))
        if (isAnswer(received.message)) return { kind: 'answer', sequence: 0 };
      return undefined;
    },
    recognize(bytes) {
      const packet = ipPacketOf(bytes);
      if (packet?.protocol !== IP_PROTOCOL.icmpv6) return undefined;
      if (decodeNeighbourSolicitation(packet.payload)?.nonce.equals(nonce)) return 'probe';
      return packet.destination === source.address && isAnswer(packet.payload) ? 'answer' : undefined;
    },
    signs: {},
    wait: (milliseconds) => heard.readable(milliseconds),
    [Symbol.dispose]: () => open[Symbol.dispose](),
  };
}
