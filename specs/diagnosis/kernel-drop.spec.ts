import { expect, type Interface, test } from 'hairpin';
import { dropAt } from '../../lib/diagnosis/kernel-drop.ts';
import type { PacketDrop } from '../../lib/kernel/drops/packet-drops.ts';
import { engineOf } from '../../lib/lab/engines/engine.ts';

const QUESTION = 'SKB_DROP_REASON_NO_TX_TARGET';
const WAITING = 'SKB_DROP_REASON_NEIGH_FAILED';

// a ── b
test.for([
  { dropped: [QUESTION, WAITING], told: QUESTION },
  { dropped: [WAITING, QUESTION], told: QUESTION },
  { dropped: [WAITING], told: WAITING },
  { dropped: ['SKB_DROP_REASON_TC_EGRESS', QUESTION], told: QUESTION },
])('of $dropped the kernel line tells $told, whenever a waiting packet is given up', ({ dropped, told }, { lab }) => {
  const { a: device } = lab.cable(lab.namespace('a'), lab.namespace('b'));
  const drops = dropped.map((reason) => dropOf(device, reason));
  const asked = { trace: undefined, recognize: () => 'probe' as const, hops: [] };
  expect(dropAt({ namespace: device.namespace, device, next: [] }, drops, asked)?.drop.reason).toBe(told);
});

function dropOf({ namespace, index }: Interface, reason: string): PacketDrop {
  return { location: 0n, reason, namespace: engineOf(namespace).netns.inode, ifindex: index, packet: Buffer.alloc(28) };
}
