import { readSysctls } from '../../kernel/namespaces/sysctl.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Hop, Interface } from '../../lab/index.ts';
import type { CauseOf } from '../../model/cause.ts';
import { hopsOf } from '../../trace/path.ts';
import { solicitationOf } from '../../trace/solicitation.ts';
import { familyOf } from '../../wire/ip-address.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { wasAnswered } from './neighbour.ts';
import { routeFor } from './route.ts';

/** That a device with `proxy_arp` got a question, and does not answer for such an address (`arp_process`). */
export function idleProxyCause(path: Hop): CauseAt | undefined {
  const { target } = solicitationOf(path.frame.bytes) ?? {};
  if (target === undefined || familyOf(target) !== 4) return undefined;
  for (const hop of hopsOf(path)) {
    const { at, direction } = hop.frame;
    if (direction !== 'in' || at.isPort || wasAnswered(path.frame, at.namespace, target)) continue;
    const why = whyIdle(at, target);
    if (!why) continue;
    const asked = { by: path.frame.at.namespace.name, address: target };
    return { hop, cause: { code: 'neighbour.proxy-idle', facts: { asked, device: deviceName(at), why } } };
  }
  return undefined;
}

/** A proxy answers for what it forwards, and sends out by another device (`arp_fwd_proxy`). */
function whyIdle(
  { namespace, name, index }: Interface,
  target: string,
): CauseOf<'neighbour.proxy-idle'>['facts']['why'] | undefined {
  const of = (device: string, setting: string) => `net/ipv4/conf/${device}/${setting}`;
  const proxies = [of(name, 'proxy_arp'), of('all', 'proxy_arp')];
  const [forwarding, ofItsLink] = [of(name, 'forwarding'), of(name, 'proxy_arp_pvlan')];
  const values = readSysctls(engineOf(namespace).netns, [...proxies, forwarding, ofItsLink]);
  if (!proxies.some((each) => values.get(each) === '1')) return undefined;
  if (values.get(forwarding) === '0') return 'forwarding-off';
  const { route, cause } = routeFor(namespace, target);
  if (cause?.code === 'route.none') return 'no-route';
  // arp_fwd_pvlan
  return route?.device === index && values.get(ofItsLink) === '0' ? 'same-device' : undefined;
}
