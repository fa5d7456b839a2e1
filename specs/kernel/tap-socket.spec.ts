import { expect, test } from 'hairpin';
import { TapSocket } from '../../lib/kernel/taps/tap-socket.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';
import { FrameSocket } from '../../lib/probes/frame-socket.ts';
import { encodeEthernet } from '../../lib/wire/ethernet.ts';
import { BROADCAST_MAC } from '../../lib/wire/mac-address.ts';

// b ── eth0 (a) eth1 ── c
test('a tap may be of one device and one EtherType: nothing else takes its room', ({ lab }) => {
  const [a, b, c] = [lab.namespace('a'), lab.namespace('b'), lab.namespace('c')];
  const ends = [lab.cable(a, b).a, lab.cable(a, c).a];
  const [eth0] = ends;
  const tap = engineOf(lab).resources.add(
    new TapSocket(engineOf(a).netns, { index: eth0?.index ?? 0, etherType: 0x88b5 }),
  );
  for (const device of ends) {
    for (const etherType of [0x0806, 0x88b5, 0x88b6]) {
      const frame = { destination: BROADCAST_MAC, source: device.mac, etherType, payload: Buffer.from(device.name) };
      FrameSocket.of(a).send(device, encodeEthernet(frame));
    }
  }
  const heard = tap
    .drain(100)
    .map(({ index, direction, bytes }) => [index, direction, bytes.toString('latin1', 14, 18)]);
  expect(heard).toEqual([[eth0?.index, 'out', 'eth0']]);
});

// a ── b
test('a tap that is closed says so, rather than read a descriptor that is none', ({ lab }) => {
  const a = lab.namespace('a');
  lab.cable(a, lab.namespace('b'));
  const tap = new TapSocket(engineOf(a).netns);
  tap.close();
  expect(() => tap.drain(1)).toThrow('this socket is closed: its lab is closed');
});
