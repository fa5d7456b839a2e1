import { ResourceStack } from '../base/resource-stack.ts';
import { errnoName } from '../kernel/libc.ts';
import { openIcmpSocket } from '../kernel/sockets/icmp-socket.ts';
import { ipSocketAddress } from '../kernel/sockets/socket-address.ts';
import { engineOf } from '../lab/engines/engine.ts';
import {
  decodeEcho,
  decodeEchoReply,
  decodeIcmpError,
  encodeEchoRequest,
  ICMP_PROTOCOL,
  ICMP_TYPE,
  type IcmpError,
} from '../wire/icmp.ts';
import { isMulticastIp } from '../wire/ip-address.ts';
import { ipPacketOf } from '../wire/ip-packet.ts';
import type { Asker, Reply } from './asker.ts';
import { bindSource, scopeOf } from './bind-source.ts';
import { EchoIdentifiers } from './echo-identifiers.ts';
import { forbidFragments, sendWhole } from './forbid-fragments.ts';
import { receiveIcmp, refusalBy } from './icmp-errors.ts';
import { ProbeData } from './probe-data.ts';
import type { Question } from './question.ts';
import { isFromAsker, isOwnAddress, sendFailure } from './source.ts';

/**
 * Echo requests, told from all others by identifier and data.
 *
 * @param size bytes of data in each, which then is not to be fragmented
 */
export function askIcmp(question: Question, size?: number): Asker {
  const { from, to, family } = question;
  const types = [ICMP_TYPE[family].echoReply, ...ICMP_TYPE[family].errors];
  using resources = new ResourceStack();
  const socket = resources.use(openIcmpSocket(engineOf(from).netns, family, types));
  const identifiers = new EchoIdentifiers();
  const data = new ProbeData(size);
  const target = ipSocketAddress(family, to.address, 0, scopeOf(question));
  if (size !== undefined) forbidFragments(socket, family);
  let unbound = bindSource(socket, question);
  const owned = resources.move();
  return {
    send(sequence) {
      // A tentative address may have become one's own since.
      if (unbound) unbound = bindSource(socket, question);
      const identifier = identifiers.of(sequence);
      const request = encodeEchoRequest(family, { identifier, sequence, payload: data.of(sequence) });
      const errno = unbound || sendWhole(question, () => socket.send(request, target));
      return errno === 0 ? undefined : sendFailure(question, errnoName(errno));
    },
    repeat() {
      const request = encodeEchoRequest(family, { identifier: identifiers.of(0), sequence: 0, payload: data.of(0) });
      sendWhole(question, () => socket.send(request, target));
    },
    read(): Reply | undefined {
      for (;;) {
        const received = receiveIcmp(socket, family);
        if (!received) return undefined;
        const reply = decodeEchoReply(family, received.message);
        if (reply && identifiers.has(reply) && data.isOurs(reply.payload)) {
          // Who joined a group may hear and answer itself (ip_mc_output).
          if (isMulticastIp(to.address) && isOwnAddress(from, received.sender)) continue;
          // ping takes it from whatever address, too ("DIFFERENT ADDRESS!").
          const sender = received.sender === to.address ? undefined : received.sender;
          return { kind: 'answer', sequence: reply.sequence, sender };
        }
        const error = decodeIcmpError(family, received.message);
        // An error from here is the kernel giving up on the neighbour (arp_error_report): nobody refused.
        if (!error || !isOurs(error) || isFromAsker(question, received.sender)) continue;
        return refusalBy(family, error, received.sender);
      }
    },
    recognize(bytes) {
      const packet = ipPacketOf(bytes);
      const protocol = ICMP_PROTOCOL[family];
      // The mark is random: no other ping has it, and an error quotes it behind more headers.
      if (packet?.protocol !== protocol || !data.isOurs(packet.payload.subarray(8))) return undefined;
      return packet.payload[0] === ICMP_TYPE[family].echoRequest ? 'probe' : 'answer';
    },
    // Behind the header, and the probe's number.
    signs: { mark: { at: 9, bytes: data.mark } },
    wait: (milliseconds) => socket.readable(milliseconds),
    [Symbol.dispose]: () => owned[Symbol.dispose](),
  };

  function isOurs({ original }: IcmpError): boolean {
    const protocol = ICMP_PROTOCOL[family];
    return (
      original.destination === to.address &&
      original.protocol === protocol &&
      identifiers.has(decodeEcho(original.payload))
    );
  }
}
