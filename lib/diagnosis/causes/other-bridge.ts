import type { Hop, Interface, Namespace } from '../../lab/index.ts';
import { expectedWay } from '../../trace/expected-way.ts';
import { hopsOf } from '../../trace/path.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';

/**
 * A frame that came in by a port of one bridge, where its goal is behind a port of another bridge of the same host. Undefined where
 * a port is not the end of a cable, since nobody knows what is behind such a port.
 */
export function otherBridgeCause(path: Hop, to: Interface | Namespace): CauseAt | undefined {
  const { namespace: sender } = path.frame.at;
  for (const hop of hopsOf(path)) {
    const { at, direction } = hop.frame;
    const { bridge } = at;
    if (direction !== 'in' || !bridge?.ports.every(({ peer }) => peer)) continue;
    const wanted = at.namespace.interfaces.find(
      (port) =>
        port.bridge !== undefined &&
        port.bridge !== bridge &&
        expectedWay({ at: port, direction: 'out' }, { to, sender, routed: false }) !== undefined,
    );
    if (!wanted?.bridge) continue;
    const facts = {
      ...{ port: deviceName(at), bridge: bridge.name },
      ...{ wanted: deviceName(wanted), other: wanted.bridge.name },
    };
    return { hop, cause: { code: 'bridge.other-bridge', facts } };
  }
  return undefined;
}
