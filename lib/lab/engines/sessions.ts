import { unlessCode } from '../../base/has-code.ts';
import { realtimeNanoseconds } from '../../kernel/clock.ts';
import type { PeerSession } from '../../links/link-description.ts';
import { kindOf } from '../../links/registry.ts';
import { genericId } from '../../netlink/generic/generic.ts';
import type { Interface } from '../interface.ts';
import type { Lab } from '../lab.ts';
import { engineOf } from './engine.ts';

/** A device that sends only in sessions with its peers. */
export interface DeviceSessions {
  device: Interface;
  peers: readonly PeerSession[];
  /** It asks a peer for a session once in so many milliseconds at most. */
  askedAgainAfter: number;
  /** It asks for a new session if a peer has not answered for so many milliseconds. */
  renewedAfter: number;
  /** The type of the messages that carry packets. */
  dataMessage: number;
  /** The name that its peers have for it. */
  name?: string | undefined;
  /** The UDP port that it is heard at. */
  port?: number | undefined;
}

/** The devices of a lab that send only in sessions, as WireGuard does. Those that are gone by now are left out. */
export function readSessions({ namespaces }: Lab): DeviceSessions[] {
  return namespaces.flatMap(({ interfaces }) => interfaces).flatMap(sessionsAt);
}

function sessionsAt(device: Interface): DeviceSessions[] {
  const { apart } = kindOf(device)?.description ?? {};
  if (!apart?.sessions || device.deleted) return [];
  const { generic } = engineOf(device.namespace);
  const { read, ownEnd, ...known } = apart.sessions;
  const list = () => generic.list(apart.list(genericId(generic, apart.family), device.index));
  const answers = unlessCode(['ENODEV'], list);
  return answers ? [{ device, peers: read(answers, realtimeNanoseconds()), ...known, ...ownEnd(answers) }] : [];
}
