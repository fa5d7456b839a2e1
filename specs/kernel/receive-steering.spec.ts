import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { expect, test } from 'hairpin';
import { AF_INET, SO_INCOMING_CPU, SOCK_DGRAM, SOL_SOCKET } from '../../lib/kernel/constants.ts';
import { isRootOfMachine } from '../../lib/kernel/namespaces/user-namespace.ts';
import { ReceiveSteering } from '../../lib/kernel/sockets/receive-steering.ts';
import { Socket } from '../../lib/kernel/sockets/socket.ts';
import { ipSocketAddress } from '../../lib/kernel/sockets/socket-address.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';

// a, which talks to itself
test('each processor can be made the one that handles what a loopback sends', async ({ lab, skip }) => {
  skip(!isRootOfMachine(), 'needs root of the machine, which alone may steer packets');
  skip(!existsSync('/sys/class/net/lo/queues/rx-0/rps_cpus'), 'needs CONFIG_RPS');
  const { netns } = engineOf(lab.namespace('a'));
  using steering = ReceiveSteering.open(netns);
  using socket = Socket.open(netns, AF_INET, SOCK_DGRAM, 0);
  socket.bind(ipSocketAddress(4, '127.0.0.1'));
  socket.connect(socket.localAddress());
  for (const processor of Array(availableParallelism()).keys()) {
    expect(steering.to(processor)).toBe(true);
    socket.send(Buffer.of(processor));
    expect(await socket.readable(5000)).toBe(true);
    expect(socket.receive()?.data[0]).toBe(processor);
    // sk_incoming_cpu_update
    const handledBy = new Int32Array(1);
    socket.getOption(SOL_SOCKET, SO_INCOMING_CPU, handledBy);
    expect(handledBy[0]).toBe(processor);
  }
});
