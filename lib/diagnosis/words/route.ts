import type { CauseFacts } from '../../model/cause.ts';
import { TABLE_MAIN } from '../../netlink/routing/route.ts';
import { type CodeWords, ownName, type Said, type WordsOf } from './words.ts';

export const routeWords: WordsOf<'route' | 'router'> = {
  'route.none': {
    means: 'A host has no route to the address, or no route back to the host that asked (`ENETUNREACH`, `fib_lookup`).',
    optional: {
      back: '`true` if the answer has no route',
      hasRules: '`true` if the host has rules (`ip rule`), so one of them may be the reason',
      group: 'the `device` that would send, if `to` is a multicast group',
      near: 'the two ends, if they are on one link and their subnets differ: the `device` with its `own` address, and the `holder` of the other',
      vrf: 'the VRF of the device that the packet came in by, and its table: other tables do not count',
      rule: 'the rule that says so (`type unreachable`), in the words of `ip rule`',
      table: 'the table of the segment (`End.DT6`) that the packet is looked up in',
      thrown:
        'the `throw` route that ends the look-up in the table main, where another route leads there, in the words of `ip route`',
      unused:
        'another table has a route there: its number, and the `vrf` whose table it is. No rule leads this packet to it',
      withoutIpv6: 'the device that would lead there, if the sysctl `disable_ipv6` keeps it from IPv6',
    },
    example: { namespace: 'a', to: '10.0.9.1' },
    say: noRoute,
  },
  'route.blackhole': toNowhere('blackhole', 'drops it silently (`EINVAL`)'),
  'route.unreachable': toNowhere('unreachable', 'answers with an ICMP error (`EHOSTUNREACH`)'),
  'route.prohibit': toNowhere('prohibit', 'answers with an ICMP error (`EACCES`)'),
  'route.other-device': {
    means: 'The routes choose a device that does not lead to the destination (`ip_route_input`).',
    facts: { device: 'the device that the routes choose', wanted: 'the device that leads to the destination' },
    example: { namespace: 'r', to: '10.0.1.2', device: 'r/eth2', wanted: 'r/eth1' },
    say: ({ namespace, to, device, wanted }) => ({
      text: `${namespace} sends to ${to} by ${device}, not by ${wanted}`,
    }),
  },
  'router.forwarding-off': {
    means:
      'A host that should pass the packet on does not forward. `ip_forward` reads the setting of the device that the packet came in by, `ip6_forward` that of `all`, and since Linux 6.17 also the `force_forwarding` of the device.',
    example: { namespace: 'r', family: 4, sysctl: 'net.ipv4.ip_forward' },
    say: ({ namespace, family, sysctl }) => ({
      text: `${namespace} does not forward IPv${family}: ${sysctl} is 0`,
      hint: `${namespace}.sysctl.set('${sysctl}', 1)`,
    }),
  },
  'router.not-a-switch': {
    means: 'The frame is not an IP packet, and a router passes on only IP packets: ARP and ND stay on their link.',
    example: { namespace: 'r' },
    say: ({ namespace }) => ({
      text: `${namespace} is a router, not a switch: it does not pass on frames such as this one`,
    }),
  },
  'router.no-holder': {
    means: 'A router got the packet, and no host behind that router has its address.',
    example: { namespace: 'r', address: '10.0.1.9' },
    say: ({ namespace, address }) => ({ text: `${namespace} got it, and no host behind ${namespace} has ${address}` }),
  },
  'router.kept': {
    means: 'The frame came to the host that has its MAC address, and that host did not pass it on.',
    example: { namespace: 'r' },
    say: ({ namespace }) => ({ text: `the frame is for ${namespace}, which does not pass it on` }),
  },
};

function noRoute(facts: CauseFacts['route.none']): Said {
  const { namespace, to, back, hasRules, group, near, withoutIpv6, vrf, rule, thrown, unused, table } = facts;
  const text = `${namespace} has no route ${back ? 'back ' : ''}to ${to}`;
  if (rule !== undefined) return { text: `${text}: a rule says so: ${rule}`, hint: withoutRule(namespace, rule) };
  if (table !== undefined)
    return {
      text: `${text} in table ${table}`,
      hint: `${namespace}.route.add({ to: '${to}', via: …, table: ${table} })`,
    };
  if (thrown !== undefined)
    return { text: `${text}: ${thrown} ends the look-up`, hint: `on ${namespace}: ip route del ${thrown}` };
  if (group) {
    const groups = to.includes(':') ? 'ff00::/8' : '224.0.0.0/4';
    const [, name] = group.device.split('/');
    return {
      text,
      hint: `add a route to groups: ${namespace}.route.add({ to: '${groups}', dev: '${name}' }); toHear asks who hears a group`,
    };
  }
  if (unused) return unusedTable(facts, unused, vrf ? `${text} in ${vrf.device}, whose table is ${vrf.table}` : text);
  if (hasRules) return { text, hint: which(namespace) };
  if (vrf)
    return {
      text: `${text} in ${vrf.device}, whose table is ${vrf.table}`,
      hint: `${namespace}.route.add({ to: '${to}', via: …, table: ${vrf.table} })`,
    };
  if (near) {
    const { device, own, holder } = near;
    return {
      text,
      hint: `${device} (${own}) and ${holder} (${to}) are on one link: give them addresses of one subnet`,
    };
  }
  if (withoutIpv6) {
    const sysctl = `net/ipv6/conf/${ownName(withoutIpv6)}/disable_ipv6`;
    return {
      text,
      hint: `${withoutIpv6} leads there, and has no IPv6: ${namespace}.sysctl.set('${sysctl}', 0), then add its address again`,
    };
  }
  return { text, hint: `${namespace}.route.add({ to: '${to}', via: … })` };
}

function unusedTable(
  { namespace, to }: CauseFacts['route.none'],
  { table, vrf }: NonNullable<CauseFacts['route.none']['unused']>,
  text: string,
): Said {
  if (vrf)
    return {
      text: `${text}. Table ${table} has one, for the devices of the VRF ${vrf}`,
      hint: `set({ master: ${vrf} }) on the device that the packet came in by`,
    };
  const [name, add] =
    table === TABLE_MAIN ? ['main', "{ table: 'main', priority: 32766 }"] : [table, `{ to: '${to}', table: ${table} }`];
  return { text: `${text}. Table ${name} has one, and no rule leads there`, hint: `${namespace}.rule.add(${add})` };
}

function withoutRule(namespace: string, rule: string): string {
  return `on ${namespace}: ip${rule.includes(':') ? ' -6' : ''} rule del ${rule}`;
}

function which(namespace: string): string {
  return `a rule may be the reason; on ${namespace}: ip rule; ip route show table all`;
}

function toNowhere(type: string, does: string): CodeWords<'route.blackhole'> {
  return {
    means: `A \`${type}\` route or rule takes the packet, and ${does}.`,
    optional: {
      route: 'in the words of `ip route`; missing if the host has rules (`ip rule`), so one of them may be the reason',
      rule: 'in the words of `ip rule`, if it is a rule and nothing else',
    },
    example: { namespace: 'r', route: `${type} 10.0.1.0/24` },
    say: ({ namespace, route, rule }) =>
      rule !== undefined
        ? { text: `${namespace} has a rule that leads nowhere: ${rule}`, hint: withoutRule(namespace, rule) }
        : route === undefined
          ? { text: `a rule or route of ${namespace} leads nowhere: ${type}`, hint: which(namespace) }
          : {
              text: `${namespace} has a route that leads nowhere: ${route}${route.includes(' nhid ') ? ` (a ${type} nexthop)` : ''}`,
              hint: `on ${namespace}: ip route del ${route}`,
            },
  };
}
