import type { CauseFacts, DeviceName } from '../../model/cause.ts';
import { bringUp, namespaceOf, type Said, type WordsOf } from './words.ts';

export const linkWords: WordsOf<'link' | 'uplink'> = {
  'link.down': {
    means: 'A device on the way is down: it sends and accepts nothing.',
    optional: { routes: '`true` if the kernel removed the routes by the device (`fib_disable_ip`)' },
    example: { device: 'b/eth0' },
    say: ({ device, routes }) => ({
      text: `${device} is down${routes ? ', and its routes are gone with it' : ''}`,
      hint: bringUp(device),
    }),
  },
  'link.gone': {
    means: 'A device no longer exists in the lab.',
    example: { device: 'a/eth0' },
    say: ({ device }) => ({ text: `${device} is gone: a program has deleted it, or moved it elsewhere` }),
  },
  'link.no-carrier': {
    means:
      'A device is up, but has no carrier: the other end of its cable is down, or its parent is. It drops what it should send (`noop_enqueue`).',
    optional: {
      down: 'the device that is down: the `peer` at the other end of the cable, or a `parent`',
      through: 'the parents between the two devices',
      because:
        '`protodown` if that is on; `closed` for a tun or tap that no program has open; `members` for a bond, team or bridge of whose members none has a carrier',
      members: 'those members',
    },
    example: { device: 'a/eth0', down: { device: 'sw/p0', is: 'peer' } },
    say: noCarrier,
  },
  'link.dummy': {
    means: 'A dummy device drops everything that it should send (`dummy_xmit`).',
    example: { device: 'a/dummy0' },
    say: ({ device }) => ({
      text: `${device} is a dummy: it drops whatever it is sent (dummy_xmit), and nothing ever comes in by it`,
    }),
  },
  'link.mtu': {
    means:
      'A packet is longer than a device or a route allows. A cable checks the MTU of the receiver (`is_skb_forwardable`), a bridge that of the port, a router that of its route, or of the device that it sends by (`ip_exceeds_mtu`, `ip6_pkt_too_big`), and a host its own (`ip_append_data`). IPv6 has a separate MTU for each device (`net.ipv6.conf.eth0.mtu`).',
    facts: {
      mtu: 'the limit, in bytes',
      length: 'of the packet, in bytes',
      where:
        'who checks: the `receiver`; a `bridge` or a `router`; a `route` of the router `namespace` to `to`; or the `source`, with `room` for as many bytes of data; `sysctl` is the setting of IPv6 that limits a router or the source',
    },
    optional: { device: 'missing if the limit is the MTU of a route' },
    example: {
      device: 'b/eth0',
      mtu: 1400,
      length: 1500,
      where: { is: 'receiver', sender: 'a/eth0', senderMtu: 1500 },
    },
    say: tooLong,
  },
  'link.unconnected': {
    means:
      'Nothing leads from one device to the other: no cable, no parent, no host between them, and no link whose other end is unknown.',
    facts: { from: 'the device that sent the frame', to: 'the namespace or device that it was for' },
    example: { from: 'a/eth0', to: 'b' },
    say: ({ from, to }) => ({ text: `no cable leads from ${from} to ${to}` }),
  },
  'uplink.left': {
    means: 'The frame left the lab by a real NIC. hairpin does not see what happens behind it.',
    facts: { uplink: 'the real NIC', siblings: 'the other macvlans on it' },
    example: { device: 'a/m0', uplink: 'enp3s0', siblings: ['b/m0'] },
    say: ({ device, uplink, siblings }) => ({
      text: `left by the real NIC ${uplink}: what lies beyond is not observed`,
      ...(siblings.length > 0
        ? {
            hint: `between ${device} and ${siblings.join(', ')} the switch must reflect: npx hairpin check-switch ${uplink}`,
          }
        : {}),
    }),
  },
};

function noCarrier({ device, down, through = [], because, members = [] }: CauseFacts['link.no-carrier']): Said {
  if (because === 'members') return withoutMembers(device, members);
  if (because) {
    const [why, hint] =
      because === 'protodown'
        ? ['protodown is on', `set({ protodown: false }) on ${device}`]
        : ['no program has it open', 'start the program behind it, or open() it'];
    return { text: `${device} has no carrier: ${why}`, why, hint };
  }
  if (!down) return { text: `${device} has no carrier` };
  const what =
    down.is === 'peer' ? `the other end of its cable, ${down.device}, is down` : `its parent ${down.device} is down`;
  const why = through.reduceRight((below, parent) => `its parent ${parent} has no carrier: ${below}`, what);
  return { text: `${device} has no carrier: ${why}`, why, hint: bringUp(down.device) };
}

function withoutMembers(device: DeviceName, members: readonly DeviceName[]): Said {
  if (members.length === 0)
    return withWhy(device, 'it has no members', `set({ master: ${device} }) on the devices that it is to send by`);
  const [one, ...others] = members;
  const why =
    others.length > 0 ? `none of its members has one: ${members.join(', ')}` : `its only member ${one} has none`;
  return withWhy(device, why, 'a member has a carrier while it and the other end of its cable are up');
}

function withWhy(device: DeviceName, why: string, hint: string): Said {
  return { text: `${device} has no carrier: ${why}`, why, hint };
}

function tooLong({ device, mtu, length, where }: CauseFacts['link.mtu']): Said {
  const limit = `packets of up to ${mtu} bytes (its MTU), and this one has ${length}`;
  switch (where.is) {
    case 'receiver':
      return {
        text: `${device} takes ${limit}`,
        hint: `both ends of a cable need the same MTU: ${where.sender} has ${where.senderMtu}`,
      };
    case 'bridge':
      return {
        text: `${device} sends ${limit}: a bridge fragments nothing`,
        hint: `set({ mtu: ${length} }) on ${device} and on the other end of its cable`,
      };
    case 'router':
      if (where.sysctl !== undefined) return tooLongForIpv6(String(device), mtu, length, where.sysctl);
      return {
        text: `${device} sends ${limit}, not to be fragmented`,
        hint: `set({ mtu: ${length} }) on ${device} and on the other end of its cable; or smaller packets`,
      };
    case 'route':
      return {
        text: `the route of ${where.namespace} to ${where.to} takes ${limit}, not to be fragmented`,
        hint: `on ${where.namespace}: ip route show, and the mtu of that route; or smaller packets`,
      };
    case 'source': {
      const { namespace, to, room, sysctl } = where;
      if (sysctl !== undefined) return tooLongForIpv6(String(device), mtu, length, sysctl);
      const mend = device
        ? `set({ mtu: ${length} }) on each device of the way`
        : `on ${namespace}: ip route show, and the mtu of that route`;
      return {
        text: device ? `${device} sends ${limit}` : `the route of ${namespace} to ${to} takes ${limit}`,
        hint: `size is without the headers: at most ${room} here; or ${mend}`,
      };
    }
  }
}

function tooLongForIpv6(device: string, mtu: number, length: number, sysctl: string): Said {
  return {
    text: `${device} sends IPv6 packets of up to ${mtu} bytes (${sysctl}), and this one has ${length}`,
    hint: `on ${namespaceOf(device as DeviceName)}: sysctl.set('${sysctl}', ${length}), at most the MTU of the device; or smaller packets`,
  };
}
