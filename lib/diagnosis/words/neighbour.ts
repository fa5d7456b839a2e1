import type { Asked, CauseFacts } from '../../model/cause.ts';
import { ASKED, namespaceOf, ownName, type Said, type WordsOf } from './words.ts';

export const neighbourWords: WordsOf<'neighbour'> = {
  'neighbour.unanswered': {
    means: 'A host asks for the MAC address of its next hop by ARP or ND, and nobody answers (`neigh_timer_handler`).',
    facts: { asked: '`by` asked for `address`' },
    optional: {
      lost: 'where the question was `lastSeen`, with the `cause` that kept it from the host that has the address',
    },
    example: { asked: { by: 'a', address: '10.0.0.9' } },
    say: ({ asked, lost }, sayOther) => {
      if (!lost) return { text: unanswered(asked) };
      const said = sayOther(lost.cause);
      // Nobody has the address: it does not matter where the question was.
      return lost.cause.code.startsWith('address.')
        ? { ...said, text: unanswered(asked, said.text) }
        : lostWords(unanswered(asked), 'question', lost.lastSeen, said);
    },
  },
  'neighbour.answer-lost': {
    means: 'The next hop answered by ARP or ND, and its answer did not come to the host that asked.',
    facts: { asked: '`by` asked for `address`, and `answeredBy` answered' },
    optional: {
      by: 'the host asked by this `port`, whose `bridge` gets the answer (`br_handle_frame`): the `port` has the address, not the `bridge`',
      lost: 'where the answer was `lastSeen`, with the `cause` that kept it from the host that asked',
    },
    example: { asked: { by: 'a', address: '10.0.0.2', answeredBy: 'b' } },
    say: ({ asked, by, lost }, sayOther) =>
      lost
        ? lostWords(unanswered(asked), 'answer', lost.lastSeen, sayOther(lost.cause))
        : {
            text: unanswered(
              asked,
              by && `${asked.by} asked by ${by.port}, and what comes in there is for ${by.bridge}`,
            ),
            ...(by ? { hint: `give the address of ${by.port} to its bridge ${by.bridge}` } : {}),
          },
  },
  'neighbour.no-questions': {
    means:
      'A host does not ask for the MAC address of its next hop: it may send no question by this device (`__neigh_event_send`, `arp_solicit`, `ndisc_solicit`).',
    facts: { asked: '`by` needs the MAC address of `address`' },
    example: { device: 'a/eth0', sysctl: 'net/ipv4/neigh/eth0/mcast_solicit', asked: { by: 'a', address: '10.0.0.2' } },
    say: ({ device, sysctl, asked }) => ({
      text: `${asked.by} does not ask who has ${asked.address}: mcast_solicit of ${device} is 0`,
      hint: `${asked.by}.sysctl.set('${sysctl}', 3)`,
    }),
  },
  'neighbour.off-link': {
    means:
      'A host asks its own link for an address that a host of another link has. A router does not pass on such a question (`arp_process`, `ndisc_recv_ns`). Often a prefix is too short, or a route has the wrong device.',
    facts: { asked: '`by` asked for `address`', device: 'that asked', holder: 'that has the address' },
    optional: {
      own: 'with `router`: the address of `device` whose prefix covers the address',
      router: 'on the link of `device`, and leads to the address; missing for a link-local address',
      proxy:
        'the device of `router` that has a proxy entry for the address, and the setting without which it does not count (`ndisc_recv_ns`)',
    },
    example: {
      asked: { by: 'a', address: '10.0.1.2' },
      device: 'a/eth0',
      own: '10.0.0.5/16',
      holder: 'b/eth0',
      router: 'r',
    },
    say: ({ asked, device, own, holder, router, proxy }) => {
      if (!router)
        return {
          text: unanswered(asked, `${holder} has it, on another link than ${device}`),
          hint: `a link-local address is good on one link only: name the device of ${asked.by} on that link (dev of the route, or from)`,
        };
      if (proxy)
        return {
          text: unanswered(asked, `${holder} has it, on another link, and proxy_ndp of ${proxy.device} is 0`),
          hint: `${router} has a proxy entry for it: ${router}.sysctl.set('${proxy.sysctl}', 1)`,
        };
      return {
        text: unanswered(asked, `${holder} has it, on another link, behind ${router}`),
        hint: own
          ? `by ${own} ${device} takes ${asked.address} for a neighbour: give it a longer prefix, and a route through ${router}`
          : `a route of ${asked.by} has no gateway, so ${device} takes ${asked.address} for a neighbour: add one through ${router}`,
      };
    },
  },
  'neighbour.proxy-idle': {
    means:
      'A device with `proxy_arp` answers only for addresses that its host forwards to, out of another device (`arp_process`, `arp_fwd_proxy`).',
    facts: {
      asked: '`by` asked for `address`',
      device: 'that has `proxy_arp`',
      why: '`forwarding-off`: it does not forward; `no-route`: its host has no route to the address; `same-device`: the route leads out by the device itself',
    },
    example: { asked: { by: 'pod', address: '169.254.1.1' }, device: 'node/veth0', why: 'no-route' },
    say: ({ asked, device, why }) => {
      const namespace = namespaceOf(device);
      switch (why) {
        case 'forwarding-off':
          return {
            text: unanswered(asked, `proxy_arp of ${device} counts only if ${namespace} forwards IPv4`),
            hint: `${namespace}.sysctl.set('net.ipv4.ip_forward', 1)`,
          };
        case 'no-route':
          return {
            text: unanswered(asked, `${device} has proxy_arp, but ${namespace} has no route to ${asked.address}`),
            hint: `a default route of ${namespace} by another device is enough`,
          };
        case 'same-device':
          return {
            text: unanswered(
              asked,
              `${device} has proxy_arp, but ${namespace} routes ${asked.address} out by ${device} itself`,
            ),
            hint: `a proxy answers for what its host routes to another device: see ip -n ${namespace} route get ${asked.address}`,
          };
      }
    },
  },
  'neighbour.arp-off': {
    means:
      'A device has no ARP and no ND (IFF_NOARP): it accepts no ARP (`arp_rcv`), and joins no solicited-node group (`addrconf_join_solict`).',
    optional: { asked: ASKED },
    example: { device: 'b/eth0', asked: { by: 'a', address: '10.0.0.2' } },
    say: ({ device, asked }) => ({
      text: unanswered(asked, `${device} has no ARP (IFF_NOARP)`),
      hint: `on ${namespaceOf(device)}: ip link set ${ownName(device)} arp on`,
    }),
  },
  'neighbour.arp-ignore': {
    means:
      'The sysctl `arp_ignore` keeps a device from answering ARP for the address (`arp_ignore`; the greater value counts, that of `all` or of the device).',
    facts: { value: 'of the sysctl' },
    optional: { asked: ASKED },
    example: { device: 'b/eth0', address: '10.0.0.2', value: 8, asked: { by: 'a', address: '10.0.0.2' } },
    say: ({ device, address, value, asked }) => ({
      text: unanswered(asked, `${device} does not answer ARP for ${address}: arp_ignore is ${value}`),
      hint: `${namespaceOf(device)}.sysctl.set('net/ipv4/conf/${ownName(device)}/arp_ignore', 0), and 'all' as well`,
    }),
  },
  'neighbour.arp-filter': {
    means:
      'With the sysctl `arp_filter`, of `all` or of the device, a device answers ARP only if the route back to the host that asks leads by that device (`arp_filter`).',
    facts: { asker: 'who asks for the MAC address' },
    optional: { asked: ASKED },
    example: {
      device: 'b/eth1',
      address: '10.0.0.2',
      asker: '10.0.0.1',
      asked: { by: 'a', address: '10.0.0.2' },
    },
    say: ({ device, address, asker, asked }) => ({
      text: unanswered(
        asked,
        `${device} does not answer ARP for ${address}: arp_filter is 1, and the way to ${asker} leads by another device`,
      ),
      hint: `${namespaceOf(device)}.sysctl.set('net/ipv4/conf/${ownName(device)}/arp_filter', 0), and 'all' as well`,
    }),
  },
  'neighbour.no-link-local': {
    means:
      'A host has to ask by ND for its next hop, and the device has no link-local address to ask from (`ndisc_solicit`). A packet from an address of the device itself needs none, so this is a matter of routers.',
    facts: { device: 'that would ask', asked: '`by` would ask for `address`' },
    example: { device: 'r/eth1', asked: { by: 'r', address: 'fd00::2' } },
    say: ({ device, asked }) => ({
      text: `${asked.by} cannot ask who has ${asked.address}: ${device} has no link-local address`,
      hint: `on ${namespaceOf(device)}: ip link set ${ownName(device)} addrgenmode eui64; then take it down and up`,
    }),
  },
  'neighbour.other-device': {
    means:
      'A device answers ND only for its own addresses, and the question came to another device of the host (`ndisc_recv_ns`).',
    facts: { device: 'that got the question', owner: 'that has the address' },
    optional: { asked: ASKED },
    example: { device: 'b/eth1', owner: 'b/eth0', address: 'fd00::2', asked: { by: 'a', address: 'fd00::2' } },
    say: ({ device, owner, address, asked }) => ({
      text: unanswered(asked, `${address} is an address of ${owner}, and ${device} answers ND only for its own`),
      hint: `add the address to ${device}, or add a route through ${namespaceOf(owner)} on the host that asks`,
    }),
  },
  'neighbour.other-host': {
    means:
      'The sender’s neighbour entry for its next hop has the MAC address of another host. That host got the packet, and does not have its destination address (`ip_rcv_finish`).',
    facts: {
      device: 'that got the frame',
      namespace: 'the sender',
      address: 'the next hop',
      isPermanent: "whether the sender's entry is permanent",
    },
    example: { device: 'c/eth0', namespace: 'a', address: '10.0.0.2', isPermanent: true },
    say: ({ device, namespace, address, isPermanent }) => ({
      text: `${namespace} sends what is for ${address} to the MAC address of ${device}`,
      hint: isPermanent
        ? `${namespace} has a permanent neighbour entry for ${address}: ${namespace}.neighbour.delete('${address}')`
        : `somebody answered ${namespace} for ${address} with that MAC address: another host with the address, or a proxy`,
    }),
  },
  'neighbour.port-mac': {
    means:
      'The frame is for the MAC address of a team or bond, and came in by a port that has another one. The kernel compares with the address of the port (`eth_type_trans`), so IP drops the frame (`ip_rcv_core`, `ip6_rcv_core`). In the modes activebackup and loadbalance the ports of a team keep their own addresses.',
    facts: {
      device: 'the team or bond',
      mac: 'its MAC address',
      port: 'by which the frame may have come',
      portMac: 'its MAC address',
    },
    example: { device: 'b/team0', mac: '02:00:00:00:00:02', port: 'b/eth0', portMac: '02:00:00:00:00:03' },
    say: ({ device, mac, port, portMac }) => ({
      text: `the frame is for ${mac} of ${device}, and its port ${port} has ${portMac}: IP drops what comes in there`,
      hint: `give ${port} the address of ${device}: set({ mac: '${mac}' })`,
    }),
  },
  'neighbour.old-mac': {
    means:
      "The frame came to a device, but is for another MAC address, so IP drops it (`ip_rcv_core`, `ip6_rcv_core`). The sender's neighbour entry is wrong.",
    facts: { mac: 'of the device', destination: 'of the frame' },
    optional: { entry: "the sender's neighbour entry, if it is known" },
    example: {
      device: 'b/eth0',
      mac: '02:00:00:00:00:02',
      destination: '02:00:00:00:00:09',
      entry: { namespace: 'a', address: '10.0.0.2', isPermanent: true },
    },
    say: oldMac,
  },
};

/** `a asks who has 10.0.0.2, and nobody answers`, with the reason behind it; the reason alone where nobody asked. */
export function unanswered(asked: Asked | undefined, why?: string): string {
  if (!asked) return why ?? '';
  const { by, address, answeredBy } = asked;
  const came = answeredBy ? `the answer of ${answeredBy} does not come` : 'nobody answers';
  return `${by} asks who has ${address}, and ${came}${why ? `: ${why}` : ''}`;
}

/** What is said of a question, or its answer, of which it is known what kept it. */
function lostWords(what: string, message: 'question' | 'answer', lastSeen: string, { text, hint }: Said): Said {
  return {
    text: `${what}. The ${message} was last seen at ${lastSeen}: ${text}`,
    ...(hint === undefined ? {} : { hint }),
  };
}

function oldMac({ device, mac, destination, entry }: CauseFacts['neighbour.old-mac']): Said {
  const text = `the frame is for ${destination}, and ${device} has ${mac}`;
  if (!entry) return { text, hint: 'a neighbour entry with an old MAC address? See neighbour.list() on the sender' };
  const { namespace, address, isPermanent } = entry;
  const hint = isPermanent
    ? `${namespace} has a permanent neighbour entry for ${address} with that MAC address: ${namespace}.neighbour.delete('${address}')`
    : `${namespace} has learnt that MAC address for ${address}: it is old (${namespace}.neighbour.flush()), or somebody else answered`;
  return { text, hint };
}
