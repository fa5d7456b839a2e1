import { expect, onTestFinished, test } from 'hairpin';
import { s32 } from '../../lib/kernel/bytes.ts';
import { AF_INET, AF_INET6, SOCK_DGRAM, SOCK_STREAM, SOL_SOCKET } from '../../lib/kernel/constants.ts';
import { Socket } from '../../lib/kernel/sockets/socket.ts';
import { ipSocketAddress } from '../../lib/kernel/sockets/socket-address.ts';
import { listeningAt, mostAtOnePort } from '../../lib/kernel/tables/listening-sockets.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';

/** asm-generic/socket.h */
const SO_REUSEPORT = 15;

// a, which has these sockets and no others
test.for([
  ['tcp', '127.0.0.1'],
  ['tcp', '::1'],
  ['udp', '127.0.0.1'],
  ['udp', '::1'],
] as const)('one socket of %s at %s is found, and so are two', ([protocol, address], { lab }) => {
  const { netns } = engineOf(lab.namespace('a'));
  expect(listeningAt(netns, protocol, 7)).toEqual([]);
  for (const most of [1, 2]) {
    listen();
    expect(listeningAt(netns, protocol, 7)).toEqual(Array(most).fill(address));
    expect(mostAtOnePort(netns)).toBe(most);
  }

  function listen(): void {
    const isIpv4 = address !== '::1';
    const socket = Socket.open(netns, isIpv4 ? AF_INET : AF_INET6, protocol === 'tcp' ? SOCK_STREAM : SOCK_DGRAM, 0);
    onTestFinished(() => socket.close());
    socket.setOption(SOL_SOCKET, SO_REUSEPORT, s32(1));
    expect(socket.bind(ipSocketAddress(isIpv4 ? 4 : 6, address, 7))).toBe(0);
    if (protocol === 'tcp') expect(socket.listen()).toBe(0);
  }
});
