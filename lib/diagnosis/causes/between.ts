import { engineOf } from '../../lab/engine.ts';
import { type CapturedFrame, type Interface, isBridge } from '../../lab/index.ts';
import type { Cause } from '../../model/cause.ts';
import { ipLink } from '../../netlink/link.ts';
import type { Step } from '../../trace/expected-way.ts';
import { deviceName } from '../names.ts';
import { modelledCause } from './by-model.ts';
import { lossCause } from './impairment.ts';
import { ipvlanOutCause, isRoutedByParent } from './ipvlan.ts';
import { downCause } from './link.ts';
import { type Known, routerCause } from './router.ts';

/** What keeps a frame from going from one place to the next. */
export function causeBetween(here: Step, next: Step, frame: CapturedFrame, known: Known): Cause | undefined {
  const loss = next.direction === 'out' ? lossCause(next.at) : undefined;
  if (here.direction === 'in' && next.direction === 'out' && !here.at.isPort)
    return routerCause(here, next, frame, known) ?? loss;
  return (
    membershipCause(here.at, next.at) ??
    downCause(next.at) ??
    (isRoutedByParent(here, next)
      ? ipvlanOutCause(here, next, frame, known.since)
      : modelledCause(here, next, frame)) ??
    loss
  );
}

/** Whether one of two ports has left its bridge behind the lab's back. */
function membershipCause(...devices: readonly [Interface, Interface]): Cause | undefined {
  if (devices.some((device) => isBridge(device)) || !devices.every(({ isPort }) => isPort)) return undefined;
  const [{ namespace, bridge }] = devices;
  const own = bridge && engineOf(namespace).rtnetlink.get(ipLink.get({ index: bridge.index }));
  const stray = own && devices.find((port) => port.state().master !== own.index);
  return stray && { code: 'bridge.not-a-port', facts: { port: deviceName(stray), bridge: own.name } };
}
