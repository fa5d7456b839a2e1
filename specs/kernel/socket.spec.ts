import { expect, test } from 'hairpin';
import { AF_INET, SOCK_DGRAM, SOL_SOCKET } from '../../lib/kernel/constants.ts';
import { NetNamespace } from '../../lib/kernel/namespaces/net-namespace.ts';
import { nothingToReceive } from '../../lib/kernel/sockets/receive-errno.ts';
import { Socket } from '../../lib/kernel/sockets/socket.ts';
import { ipSocketAddress } from '../../lib/kernel/sockets/socket-address.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import { NetlinkSocket } from '../../lib/netlink/socket.ts';

const ECONNREFUSED = 111;
const EAGAIN = 11;
const ENOMEM = 12;
const SO_DOMAIN = 39;

/** A namespace of its own with its loopback up. */
function loopback(): NetNamespace {
  const namespace = NetNamespace.create();
  using rtnetlink = namespace.run(() => new NetlinkSocket());
  rtnetlink.change(ipLink.change({ index: 1, up: true }));
  return namespace;
}

// asking ── lo ── answering
test('a datagram behind an error that waits at the socket is received', () => {
  using namespace = loopback();
  using asking = Socket.open(namespace, AF_INET, SOCK_DGRAM, 0);
  using answering = Socket.open(namespace, AF_INET, SOCK_DGRAM, 0);
  expect(asking.bind(ipSocketAddress(4, '127.0.0.1', 1000))).toBe(0);
  expect(asking.connect(ipSocketAddress(4, '127.0.0.1', 2000))).toBe(0);
  // Nobody is there yet: the refusal comes as an error of the next call.
  expect(asking.send(Buffer.from('early'))).toBe(0);
  expect(answering.bind(ipSocketAddress(4, '127.0.0.1', 2000))).toBe(0);
  expect(answering.send(Buffer.from('answer'), ipSocketAddress(4, '127.0.0.1', 1000))).toBe(0);
  expect(asking.receive()?.data.toString()).toBe('answer');
  expect(asking.receive()).toBeUndefined();
});

test('only EAGAIN says that nothing is there; what is not known is thrown', () => {
  expect(nothingToReceive('recvfrom', EAGAIN)).toBe(true);
  expect(nothingToReceive('recvfrom', ECONNREFUSED)).toBe(false);
  expect(() => nothingToReceive('recvfrom', ENOMEM)).toThrow('recvfrom: ENOMEM (not enough memory)');
});

// socket, closed
test('what a socket cannot say is thrown, and never 0', () => {
  using namespace = NetNamespace.create();
  const socket = Socket.open(namespace, AF_INET, SOCK_DGRAM, 0);
  socket.close();
  const closed = /EBADF|this socket is closed/;
  expect(() => socket.localAddress()).toThrow(closed);
  expect(() => socket.getOption(SOL_SOCKET, SO_DOMAIN, Buffer.alloc(4))).toThrow(closed);
  expect(() => socket.connection()).toThrow(closed);
  expect(() => socket.receive()).toThrow(closed);
});
