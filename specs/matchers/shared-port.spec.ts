import { createSocket } from 'node:dgram';
import { expect, type Namespace, onTestFinished, test } from 'hairpin';

/** More datagrams than a question sends in its second, fewer than it takes until each of 16 sockets got one. */
const LATE = 50;

/**
 * Opens sockets that share a port. A hash of the ports says which of them gets a datagram. The one that answers may get its first one late: here
 * the fiftieth of all is answered first.
 */
function share(namespace: Namespace, sockets: number): void {
  let datagrams = 0;
  for (let at = 0; at < sockets; at++) {
    const socket = namespace.run(() =>
      createSocket({ type: 'udp4', reusePort: true, lookup: (host, _options, done) => done(null, host, 4) }).bind(5353),
    );
    onTestFinished(() => void socket.close());
    socket.on('message', (data, from) => {
      if (++datagrams >= LATE) socket.send(data, from.port, from.address);
    });
  }
}

// a ── b
test('a negative asks until each socket of a port got a probe', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  share(b, 16);
  await expect(expect(a).not.toReach(b, { by: 'udp', port: 5353 })).rejects.toThrow(/^Received: +an answer/m);
});

// a ── b, where so many sockets share a port that nobody can ask them all
test('a port of 300 sockets leaves a doubt', async ({ lab }) => {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b);
  share(b, 300);
  b.sysctl.set('net.ipv4.conf.eth0.arp_ignore', 8);
  await expect(expect(a).not.toReach(b)).rejects.toThrow(
    'inconclusive: the probe failed: so many sockets of b share a port that 1000 probes without an answer prove nothing',
  );
});
