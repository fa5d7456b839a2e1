import { engineOf } from '../../lab/engine.ts';
import { type Interface, isBridge } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { ipLink } from '../../netlink/link.ts';
import { deviceName } from '../names.ts';

/** Whether one of two ports has left its bridge behind the lab's back. */
export function membershipCause(...devices: readonly [Interface, Interface]): Cause | undefined {
  if (devices.some((device) => isBridge(device)) || !devices.every(({ isPort }) => isPort)) return undefined;
  const [{ namespace, bridge }] = devices;
  const own = bridge && engineOf(namespace).rtnetlink.get(ipLink.get({ index: bridge.index }));
  const stray = own && devices.find((port) => port.state().master !== own.index);
  return stray && { code: 'bridge.not-a-port', facts: { port: deviceName(stray), bridge: own.name } };
}
