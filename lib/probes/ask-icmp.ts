import { randomBytes, randomInt } from 'node:crypto';
import { errnoName } from '../kernel/libc.ts';
import { ipSocketAddress } from '../kernel/socket-address.ts';
import {
  decodeEcho,
  decodeEchoReply,
  decodeIcmpError,
  encodeEchoRequest,
  ICMP_TYPE,
  type IcmpError,
} from '../wire/icmp.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import { IP_PROTOCOL } from '../wire/ipv4.ts';
import type { Asker, Reply } from './asker.ts';
import { bindSource } from './bind-source.ts';
import { openIcmpSocket, receiveIcmp } from './icmp-errors.ts';
import type { Question } from './question.ts';
import { isOwnAddress, sendFailure } from './source.ts';

/** Echo requests, as `ping` sends them, told from all others by identifier and payload. */
export function askIcmp(question: Question): Asker {
  const { from, to, family } = question;
  const types = [ICMP_TYPE[family].echoReply, ...ICMP_TYPE[family].errors];
  const socket = openIcmpSocket(from.handle, family, types);
  const identifier = randomInt(0x1_0000);
  const payload = randomBytes(16);
  const target = ipSocketAddress(family, to.address);
  bindSource(socket, question);
  return {
    send(sequence) {
      const errno = socket.send(encodeEchoRequest(family, { identifier, sequence, payload }), target);
      return errno === 0 ? undefined : sendFailure(question, errnoName(errno));
    },
    read(): Reply | undefined {
      for (;;) {
        const received = receiveIcmp(socket, family);
        if (!received) return undefined;
        const reply = decodeEchoReply(family, received.message);
        if (reply?.identifier === identifier && reply.payload.equals(payload))
          return { kind: 'answer', sequence: reply.sequence };
        const error = decodeIcmpError(family, received.message);
        // An error from here is the kernel giving up on the neighbour (arp_error_report): nobody refused.
        if (!error || !isOurs(error) || isOwnAddress(from, received.sender)) continue;
        return { kind: 'refusal', reason: `ICMP ${error.reason} from ${received.sender}` };
      }
    },
    recognize(bytes) {
      const packet = ipPacketOf(bytes);
      const protocol = family === 4 ? IP_PROTOCOL.icmp : IP_PROTOCOL.icmpv6;
      // The payload is random: no other ping has it, and an error quotes less of it.
      if (packet?.protocol !== protocol || !packet.payload.subarray(8).equals(payload)) return undefined;
      return packet.payload[0] === ICMP_TYPE[family].echoRequest ? 'probe' : 'answer';
    },
    wait: (milliseconds) => socket.readable(milliseconds),
    [Symbol.dispose]: () => socket.close(),
  };

  function isOurs({ original }: IcmpError): boolean {
    const protocol = family === 4 ? IP_PROTOCOL.icmp : IP_PROTOCOL.icmpv6;
    return (
      original.destination === to.address &&
      original.protocol === protocol &&
      decodeEcho(original.payload).identifier === identifier
    );
  }
}
