import { PACKET_OTHERHOST } from '../../kernel/constants.ts';
import type { Lab } from '../../lab/index.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { type Family, familyOf } from '../../wire/ip-address.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import type { CapturedFrame } from '../capture.ts';
import type { Obstacle } from './obstacle.ts';

/** Why a host's IP did not take a frame that came to it: it is for another's MAC address (`ip_rcv_core`, `ip6_rcv_core`). */
export function otherHostObstacle({ at, bytes, packetType }: CapturedFrame): Obstacle | undefined {
  // What is for a child of a parent's is for another, too.
  if (packetType !== PACKET_OTHERHOST || at.children.size > 0) return undefined;
  const { source = '', destination = '' } = decodeEthernet(bytes) ?? {};
  return {
    text: `the frame is for ${destination}, and ${at} has ${at.mac}`,
    hint: oldEntry(at.namespace.lab, source, destination, ipPacketOf(bytes)?.family),
  };
}

/** Whose neighbour table has the address that the frame was for, and how it got there. */
function oldEntry(lab: Lab, source: string, destination: string, family: Family | undefined): string {
  const senders = lab.namespaces.filter(({ interfaces }) => interfaces.some(({ mac }) => mac === source));
  const [found] = senders.flatMap((namespace) =>
    namespace.neighbour
      .list()
      .flatMap((entry) =>
        entry.lladdr === destination && familyOf(entry.to) === family ? [{ namespace, entry }] : [],
      ),
  );
  if (!found) return 'a neighbour entry with an old MAC address? See neighbour.list() of who sent it';
  const { namespace, entry } = found;
  return entry.state === 'PERMANENT'
    ? `${namespace} has a permanent neighbour entry for ${entry.to} with that MAC address: ${namespace}.neighbour.delete('${entry.to}')`
    : `${namespace} has learnt that of ${entry.to} before: ${namespace}.neighbour.flush()`;
}
