import { PACKET_HOST } from '../kernel/constants.ts';
import { type Arp, arpIn, arpRequestFrame } from '../wire/arp.ts';
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
  const request = arpRequestFrame({ senderMac: device.mac, senderIp: source.address, targetIp: to.address });
  return {
    send: () => socket.send(device, request),
    read() {
      socket.drain();
      return answers.shift();
    },
    recognize(bytes) {
      const arp = arpIn(bytes);
      if (arp?.operation === 'request' && arp.senderIp === source.address && arp.targetIp === to.address)
        return 'probe';
      return isReply(arp) ? 'answer' : undefined;
    },
    signs: {},
    wait: (milliseconds) => socket.readable(milliseconds),
    [Symbol.dispose]: stopListening,
  };

  function isAnswer({ bytes, device: index, packetType }: HeardFrame): boolean {
    return index === device.index && packetType === PACKET_HOST && isReply(arpIn(bytes));
  }

  function isReply(arp: Arp | undefined): boolean {
    return arp?.operation === 'reply' && arp.senderIp === to.address && arp.targetIp === source.address;
  }
}
