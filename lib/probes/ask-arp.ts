import { PACKET_HOST } from '../kernel/constants.ts';
import { decodeArp, encodeArp } from '../wire/arp.ts';
import { decodeEthernet, ETHERTYPE, encodeEthernet } from '../wire/ethernet.ts';
import { BROADCAST_MAC, NO_MAC } from '../wire/mac-address.ts';
import type { Asker, Reply } from './asker.ts';
import { FrameSocket, type HeardFrame } from './frame-socket.ts';
import type { Question } from './question.ts';

/** ARP requests of our own, as `arping` sends them: the kernel's table has no say in the answer. */
export function askArp({ from, source, to }: Question): Asker {
  const { device } = source;
  const socket = FrameSocket.of(from);
  const answers: Reply[] = [];
  const stopListening = socket.listen((frame) => {
    if (isAnswer(frame)) answers.push({ kind: 'answer', sequence: 0 });
  });
  const request = encodeEthernet({
    destination: BROADCAST_MAC,
    source: device.mac,
    etherType: ETHERTYPE.arp,
    payload: encodeArp({
      operation: 'request',
      senderMac: device.mac,
      senderIp: source.address,
      targetMac: NO_MAC,
      targetIp: to.address,
    }),
  });
  return {
    send: () => socket.send(device, request),
    read() {
      socket.drain();
      return answers.shift();
    },
    recognize(bytes) {
      const frame = decodeEthernet(bytes);
      const arp = frame?.etherType === ETHERTYPE.arp ? decodeArp(frame.payload) : undefined;
      if (arp?.operation === 'request' && arp.senderIp === source.address && arp.targetIp === to.address)
        return 'probe';
      const back = arp?.operation === 'reply' && arp.senderIp === to.address && arp.targetIp === source.address;
      return back ? 'answer' : undefined;
    },
    signs: {},
    wait: (milliseconds) => socket.readable(milliseconds),
    [Symbol.dispose]: stopListening,
  };

  function isAnswer({ bytes, device: index, packetType }: HeardFrame): boolean {
    const frame = decodeEthernet(bytes);
    const arp = frame && decodeArp(frame.payload);
    const here = index === device.index && packetType === PACKET_HOST;
    return here && arp?.operation === 'reply' && arp.senderIp === to.address && arp.targetIp === source.address;
  }
}
