import { PACKET_OTHERHOST } from '../../kernel/constants.ts';
import type { Lab } from '../../lab/index.ts';
import type { Cause, CauseOf } from '../../model/cause.ts';
import type { CapturedFrame } from '../../trace/capture.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { type Family, familyOf } from '../../wire/ip-address.ts';
import { ipPacketOf } from '../../wire/ip-packet.ts';
import { deviceName } from '../names.ts';

/** Why a host's IP did not take a frame that came to it: it is for another's MAC address (`ip_rcv_core`, `ip6_rcv_core`). */
export function otherHostCause({ at, bytes, packetType }: CapturedFrame): Cause | undefined {
  // What is for a child of a parent's is for another, too.
  if (packetType !== PACKET_OTHERHOST || at.children.size > 0) return undefined;
  const { source = '', destination = '' } = decodeEthernet(bytes) ?? {};
  const entry = senderEntry(at.namespace.lab, source, destination, ipPacketOf(bytes)?.family);
  const facts = { device: deviceName(at), mac: at.mac, destination, ...(entry ? { entry } : {}) };
  return { code: 'neighbour.old-mac', facts };
}

/** The entry of the sender's neighbour table that has a MAC address. */
function senderEntry(
  lab: Lab,
  source: string,
  destination: string,
  family: Family | undefined,
): CauseOf<'neighbour.old-mac'>['facts']['entry'] {
  for (const { name, neighbour, interfaces } of lab.namespaces) {
    if (!interfaces.some(({ mac }) => mac === source)) continue;
    const entry = neighbour.list().find(({ lladdr, to }) => lladdr === destination && familyOf(to) === family);
    if (entry) return { namespace: name, address: entry.to, isPermanent: entry.state === 'PERMANENT' };
  }
  return undefined;
}
