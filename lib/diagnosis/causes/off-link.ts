import { readSysctls } from '../../kernel/namespaces/sysctl.ts';
import { engineOf } from '../../lab/engines/engine.ts';
import type { Hop, Interface } from '../../lab/index.ts';
import { areOnOneLink } from '../../lab/segment.ts';
import type { CauseOf } from '../../model/cause.ts';
import { ipNeighbour } from '../../netlink/routing/neighbour.ts';
import { forwards } from '../../trace/forwards.ts';
import { hasKnownEnd, mayLeadTo } from '../../trace/may-lead-to.ts';
import { ownerOf } from '../../trace/owner.ts';
import { hopsOf } from '../../trace/path.ts';
import { solicitationOf } from '../../trace/solicitation.ts';
import { contains, familyOf, isLinkLocal } from '../../wire/ip-address.ts';
import type { CauseAt } from '../finding.ts';
import { deviceName } from '../names.ts';
import { wasAnswered } from './neighbour.ts';
import { routeFor } from './route.ts';

/**
 * That a host asks its own link for an address of another link: no router passes such a question on, and without a proxy none answers
 * it (`arp_process`). Undefined where a program may carry frames from link to link.
 */
export function offLinkCause(path: Hop): CauseAt | undefined {
  const { at, bytes } = path.frame;
  const { target } = solicitationOf(bytes) ?? {};
  const holder = target === undefined ? undefined : ownerOf(at.namespace.lab, target);
  if (target === undefined || !holder || areOnOneLink(at, holder)) return undefined;
  const hops = hopsOf(path);
  if (!hops.every(({ frame }) => frame.at.namespace.interfaces.every(hasKnownEnd))) return undefined;
  const router = hops.find(({ frame }) => frame.direction === 'in' && leadsOn(frame.at, target));
  const place = router ?? hops.findLast(({ frame }) => frame.direction === 'in');
  // Of a link-local address no router is needed to know. But where nothing at all leads there, a cable is missing.
  if (!place || (!router && !(isLinkLocal(target) && mayLeadTo(at, holder)))) return undefined;
  // A proxy's answer that was lost.
  if (at.namespace.lab.namespaces.some((each) => wasAnswered(path.frame, each, target))) return undefined;
  const own = at.address.list().find((each) => contains(each, target));
  const facts = {
    asked: { by: at.namespace.name, address: target },
    device: deviceName(at),
    holder: deviceName(holder),
    ...(router ? { router: router.frame.at.namespace.name } : {}),
    ...(router && own ? { own: `${own.address}/${own.length}` } : {}),
    ...(router ? unusedProxy(router.frame.at, target) : {}),
  };
  return { hop: place, cause: { code: 'neighbour.off-link', facts } };
}

/** A proxy entry of ND that does not count (`ndisc_recv_ns`). */
function unusedProxy(device: Interface, target: string): Pick<CauseOf<'neighbour.off-link'>['facts'], 'proxy'> {
  const { namespace, name, index } = device;
  if (familyOf(target) !== 6) return {};
  const entries = engineOf(namespace).rtnetlink.list(ipNeighbour.all({ proxy: true }));
  if (!entries.some((each) => each.to === target && each.device === index)) return {};
  const sysctl = `net/ipv6/conf/${name}/proxy_ndp`;
  const names = [sysctl, 'net.ipv6.conf.all.proxy_ndp'];
  const values = readSysctls(engineOf(namespace).netns, names);
  return names.every((each) => values.get(each) === '0') ? { proxy: { device: deviceName(device), sysctl } } : {};
}

function leadsOn({ namespace, index }: Interface, target: string): boolean {
  const { route } = forwards(namespace) ? routeFor(namespace, target) : {};
  return route !== undefined && route.device !== index;
}
