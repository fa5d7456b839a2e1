import type { CauseFacts, CauseOf } from '../../model/cause.ts';
import { namespaceOf, ownName, type Said, type WordsOf } from './words.ts';

export const bridgeWords: WordsOf<'bridge'> = {
  'bridge.down': {
    means: 'The bridge is down, which disables all its ports (`br_stp_disable_bridge`).',
    example: { namespace: 'sw', bridge: 'br0' },
    say: ({ namespace, bridge }) => ({
      text: `${bridge} of ${namespace} is down, and its ports with it`,
      hint: `on ${namespace}: ip link set ${bridge} up`,
    }),
  },
  'bridge.not-a-port': {
    means: 'The device is no longer a port of the bridge.',
    example: { port: 'sw/p1', bridge: 'br0' },
    say: ({ port, bridge }) => {
      const [namespace, name] = [namespaceOf(port), ownName(port)];
      return {
        text: `${port} is no longer a port of ${bridge}`,
        hint: `on ${namespace}: ip link set ${name} master ${bridge}`,
      };
    },
  },
  'bridge.port-state': {
    means:
      'The port is not in state `forwarding`: it accepts no frame (`br_handle_frame`), and sends none (`should_deliver`).',
    facts: { side: '`in`: the port accepts no frame; `out`: it sends none' },
    optional: { because: '`spanning-tree` or `bpdu-guard`, if one of these set the state' },
    example: { port: 'sw/p1', state: 'blocking', side: 'out' },
    say: ({ port, state, side, because }) => ({
      text: `${port} is ${state}: ${side === 'in' ? 'it takes nothing in' : 'nothing goes out of it'}`,
      hint: {
        'spanning-tree': `the spanning tree of ${namespaceOf(port)} decides: a port that comes up forwards after 30 s`,
        'bpdu-guard': `its BPDU guard saw a BPDU (br_stp_rcv): set({ guard: false }) on ${port}, and set({ state: 'forwarding' })`,
        '': `set({ state: 'forwarding' }) on ${port}`,
      }[because ?? ''],
    }),
  },
  'bridge.hairpin-off': {
    means:
      'The frame would have to leave by the port that it came in by, and hairpin is off on that port (`should_deliver`; IEEE 802.1Q calls it reflective relay).',
    facts: {
      wouldHelp:
        '`false` if no macvlan would hear the reflected frame, because it is in mode private, or in mode source without the sender on its list',
    },
    optional: {
      translated:
        'the address of a host behind the same port, to which a rule translated the packet: with br_netfilter the bridge sends it back, and does not route it (`br_nf_pre_routing_finish`)',
    },
    example: { port: 'sw/p0', wouldHelp: true },
    say: hairpinOff,
  },
  'bridge.isolated': {
    means: 'Both ports are isolated: the bridge forwards nothing from one to the other (`br_skb_isolated`).',
    example: { ingress: 'sw/p0', egress: 'sw/p1' },
    say: ({ ingress, egress }) => ({
      text: `${ingress} and ${egress} are isolated: isolated ports do not talk to each other`,
      hint: 'set({ isolated: false }) on one of them',
    }),
  },
  'bridge.bad-source': {
    means:
      'A bridge drops frames whose source is a group address or all zeros (`br_handle_frame`, `is_valid_ether_addr`).',
    facts: { mac: 'the source of the frame' },
    example: { port: 'sw/p0', mac: '01:00:5e:00:00:01' },
    say: ({ port, mac }) => ({ text: `${port} drops frames from ${mac}: it is not a valid source address` }),
  },
  'bridge.reserved': {
    means:
      'The frame is for a reserved group address, 01:80:c2:00:00:00 to 0f. Bridges do not forward such frames (IEEE 802.1Q clause 8.6.3, `br_handle_frame`).',
    facts: { mac: 'the destination of the frame' },
    example: { port: 'sw/p0', mac: '01:80:c2:00:00:0e' },
    say: ({ port, mac }) => ({
      text: `the bridge of ${port} forwards nothing to ${mac}, a reserved group (IEEE 802.1Q clause 8.6.3)`,
      ...(isPause(mac) ? {} : { hint: `if it is to pass: set({ groupFwdMask: ${groupBit(mac)} }) on ${port}` }),
    }),
  },
  'bridge.locked': {
    means:
      'The port is locked: it accepts only frames from addresses that the forwarding database has for this port (`br_handle_frame_finish`).',
    facts: { mac: 'the source of the frame' },
    example: { port: 'sw/p0', mac: '02:00:00:00:00:01' },
    say: ({ port, mac }) => ({
      text: `${port} is locked, and its switch does not know ${mac} behind it`,
      hint: `fdb.add('${mac}', …) for that port, or set({ locked: false }) on ${port}`,
    }),
  },
  'bridge.bcast-flood-off': {
    means: 'The port sends no broadcast (`br_flood`, BR_BCAST_FLOOD).',
    example: { port: 'sw/p1' },
    say: ({ port }) => ({
      text: `${port} sends no broadcast: bcast_flood is off`,
      hint: `set({ bcastFlood: true }) on ${port}`,
    }),
  },
  'bridge.mcast-flood-off': {
    means: 'The port sends no multicast of groups that nobody behind it has joined (`br_flood`, BR_MCAST_FLOOD).',
    example: { port: 'sw/p1' },
    say: ({ port }) => ({
      text: `${port} sends no multicast: mcast_flood is off`,
      hint: `set({ mcastFlood: true }) on ${port}`,
    }),
  },
  'bridge.flood-off': {
    means: 'The port sends no unicast to addresses that the forwarding database does not have (`br_flood`, BR_FLOOD).',
    facts: { mac: 'the destination of the frame' },
    example: { port: 'sw/p1', mac: '02:00:00:00:00:02' },
    say: ({ port, mac }) => ({
      text: `${port} sends no unicast to unknown addresses: flood is off, and nobody has learnt ${mac}`,
    }),
  },
  'bridge.proxy-arp': {
    means:
      'The bridge answers ARP for the hosts behind the port (`proxy_arp`), so it floods nothing to that port (`br_flood`, BR_PROXYARP).',
    example: { port: 'sw/p1' },
    say: ({ port }) => ({
      text: `the bridge floods nothing to ${port}: proxy_arp is on`,
      hint: `on ${namespaceOf(port)}: ip link set ${ownName(port)} type bridge_slave proxy_arp off`,
    }),
  },
  'bridge.neigh-suppress': {
    means:
      'The port, or a VLAN there, has `neigh_suppress`, or the port has `proxy_arp_wifi`. The bridge then floods no announcement to the port, and no ARP or ND question whose answer it knows (`br_flood`, `br_do_proxy_suppress_arp`, `br_do_suppress_nd`). The bridge answers the question itself only if the neighbour is behind such a port.',
    facts: {
      address: 'the address that the question, or the announcement, is about',
      setting: '`neigh_suppress` or `proxy_arp_wifi`',
      because:
        '`known`: the bridge has the neighbour in its own table; `own`: the address is its own; `announced`: nobody is asked (a gratuitous ARP, duplicate address detection of IPv6)',
    },
    optional: { vlan: 'the VLAN that has `neigh_suppress`, if the port has `neigh_vlan_suppress`' },
    example: { port: 'sw/p1', setting: 'neigh_suppress', address: '10.0.0.2', because: 'known' },
    say: ({ port, setting, address, because, vlan }) => ({
      text: `the bridge floods nothing about ${address} to ${port}: ${setting}${vlan === undefined ? '' : ` of VLAN ${vlan}`} is on, and ${SUPPRESSED[because]}`,
      hint: `${
        vlan === undefined
          ? `on ${namespaceOf(port)}: ip link set ${ownName(port)} type bridge_slave ${setting} off`
          : `vlan.set({ id: ${vlan}, neighSuppress: false }) on ${port}`
      }${because === 'known' ? `, or ip neigh flush to ${address} nud all` : ''}`,
    }),
  },
  'bridge.vlan': {
    means:
      'The bridge is VLAN-aware, and the port is not a member of the VLAN of the frame: it accepts no frame of that VLAN (`__allowed_ingress`), and sends none (`br_allowed_egress`). The port may be the bridge itself, for its own host (`br_pass_frame_up`).',
    facts: { id: 'the VLAN of the frame', side: '`in`: the port accepts no frame of it; `out`: it sends none' },
    optional: { pvidOf: 'the port where the frame came in untagged; its pvid is this VLAN' },
    example: { port: 'sw/p1', id: 1, side: 'out', pvidOf: 'sw/p0' },
    say: ({ port, id, side, pvidOf }) => ({
      text: `${pvidOf ? `the untagged frame becomes VLAN ${id} (pvid of ${pvidOf}); ` : ''}VLAN ${id} is not allowed on ${port}`,
      hint: `vlan.add({ id: ${id} }) on ${port}${side === 'out' ? ', untagged: true if it is to leave without a tag' : ''}`,
    }),
  },
  'bridge.vlan-state': {
    means:
      'A port may have a state for each VLAN (`bridge vlan set … state`). The state for the VLAN of the frame is not `forwarding`, so the port drops the frame on its way in (`__allowed_ingress`) or out (`br_allowed_egress`). In the state `learning` the bridge still learns the address of the sender (`br_handle_frame_finish`).',
    facts: {
      id: 'the VLAN of the frame',
      state: '`disabled`, `listening`, `learning` or `blocking`',
      side: '`in`: the port accepts no frame of it; `out`: it sends none',
    },
    optional: {
      msti: "the spanning tree instance of the VLAN, where the bridge has `mst_enabled`: `state` is the VLAN's state at the port in that instance; instance 0 follows the port's own state",
    },
    example: { port: 'sw/p1', id: 10, state: 'blocking', side: 'out' },
    say: ({ port, id, state, side, msti }) => ({
      text: `${port} ${side === 'in' ? 'accepts' : 'sends'} nothing of VLAN ${id}: the state of the VLAN there is ${state}${msti ? `, as of MSTI ${msti}` : ''}`,
      hint:
        msti === undefined
          ? `on ${namespaceOf(port)}: bridge vlan set vid ${id} dev ${ownName(port)} state forwarding`
          : msti === 0
            ? `set({ state: 'forwarding' }) on ${port}`
            : `mst.set({ msti: ${msti}, port, state: 'forwarding' }) on the bridge of ${port}`,
    }),
  },
  'bridge.no-pvid': {
    means:
      'The bridge is VLAN-aware. The frame has no VLAN tag that counts, and the port has no pvid (`__allowed_ingress`, `br_get_pvid`). A tag of id 0 has a priority only. A tag of another protocol than the bridge’s does not count.',
    optional: {
      tag: 'of the frame, if it has one',
      tunnel:
        '`unmapped` if the port is an `external` vxlan, and none of its VLANs has a VNI (`br_handle_ingress_vlan_tunnel`)',
    },
    example: { port: 'sw/p0' },
    say: ({ port, tag, tunnel }) =>
      tunnel
        ? {
            text: `no VLAN of ${port} has the VNI that the frame came with, and ${port} has no pvid`,
            hint: `vlan.add({ id: …, tunnelId: … }) on ${port}, whose vlanTunnel must be on`,
          }
        : {
            text: tag
              ? `the tag ${tag.protocol} id ${tag.id} names no VLAN for the bridge of ${port}, and ${port} has no pvid`
              : `${port} takes no untagged frame: it has no pvid`,
            hint: `vlan.add({ id: …, pvid: true }) on ${port}`,
          },
  },
  'bridge.no-tunnel': {
    means:
      'The port is an `external` vxlan, which sends only frames that have tunnel metadata (`vxlan_xmit`). The bridge adds the metadata to frames of VLANs that the port maps, if they still have their tag (`br_handle_vlan`, `br_handle_egress_vlan_tunnel`).',
    facts: {
      because:
        '`not-filtering`: the bridge is not VLAN-aware; `off`: the port has no `vlan_tunnel`; `untagged`: the VLAN leaves there without its tag, so it is not mapped; `unmapped`: the VLAN has no tunnel there',
    },
    optional: { vlan: 'of the frame, if the bridge is VLAN-aware' },
    example: { port: 'leaf/vxlan0', because: 'unmapped', vlan: 10 },
    say: ({ port, because, vlan = 0 }) => {
      const { why, hint } = NO_TUNNEL[because](vlan, port);
      return { text: `${port} is an external vxlan, and the frame has no tunnel: ${why}`, hint };
    },
  },
  'bridge.no-mdb-entry': {
    means:
      'The bridge snoops, and there is a querier. The multicast database has no member of the group at the port, and no multicast router is there (`br_multicast_flood`). The port may be the bridge itself, for its own host.',
    facts: { group: 'an IP address, or a MAC address if the frame has no IP packet' },
    optional: { vlan: 'of the frame, if the bridge is VLAN-aware' },
    example: { port: 'sw/p1', group: '239.1.1.1' },
    say: ({ port, group, vlan }) => ({
      text: `no MDB entry for ${group}${vlan === undefined ? '' : ` in VLAN ${vlan}`} on ${port}: nobody there has joined the group, and no multicast router is there`,
      hint: `join('${group}') on the receiver, mdb.add({ group: '${group}', port }), or set({ mcastRouter: 2 }) on ${port}`,
    }),
  },
  'bridge.other-port': {
    means:
      'The forwarding database has the address behind another port, and the bridge sends frames for a known address only to its port (`br_handle_frame_finish`).',
    facts: {
      mac: 'the destination of the frame',
      port: 'the port that the forwarding database has for it',
      wanted: 'the port that leads to the destination',
    },
    example: { mac: '02:00:00:00:00:02', port: 'sw/p2', wanted: 'sw/p1' },
    say: ({ mac, port, wanted }) => ({
      text: `the switch has ${mac} behind ${port}, not behind ${wanted}`,
      hint: 'two devices with one MAC address, or a static fdb entry: see fdb.list()',
    }),
  },
  'bridge.local-entry': {
    means:
      'The forwarding database has the address as one of the bridge itself. The bridge keeps such frames for its own host (`br_handle_frame_finish`). `bridge fdb add` makes a local entry unless `static` or `dynamic` is given.',
    facts: {
      mac: 'the destination of the frame',
      port: 'the port, or the bridge, that the entry is of',
      wanted: 'the port that leads to the destination',
    },
    example: { mac: '02:00:00:00:00:02', port: 'sw/p1', wanted: 'sw/p1' },
    say: ({ mac, port, wanted }) => ({
      text: `the switch keeps what is for ${mac}: its forwarding database has that as a local address, at ${port}`,
      hint: `two devices with one MAC address, or a permanent fdb entry: on ${namespaceOf(wanted)}: bridge fdb replace ${mac} dev ${ownName(wanted)} master static`,
    }),
  },
  'bridge.other-bridge': {
    means:
      'The frame came in by a port of one bridge, and its destination is behind a port of another bridge of the same host.',
    facts: {
      port: 'that the frame came in by',
      bridge: 'of that port',
      wanted: 'the port that leads to the destination',
      other: 'the bridge of that port',
    },
    example: { port: 'sw/p0', bridge: 'br0', wanted: 'sw/p1', other: 'br1' },
    say: ({ port, bridge, wanted, other }) => ({
      text: `${port} is a port of ${bridge}, and ${wanted} one of ${other}: no bridge leads from one to the other`,
      hint: `on ${namespaceOf(wanted)}: ip link set ${ownName(wanted)} master ${bridge}`,
    }),
  },
};

const SUPPRESSED = {
  known: 'the bridge knows that neighbour',
  own: "the address is the bridge's own",
  announced: 'the message asks nobody',
};

const NO_TUNNEL: Record<
  CauseOf<'bridge.no-tunnel'>['facts']['because'],
  (vlan: number, port: string) => { why: string; hint: string }
> = {
  'not-filtering': (_, port) => ({
    why: 'its bridge does not look at VLANs',
    hint: `set({ vlanFiltering: true }) on the bridge of ${port}`,
  }),
  off: (vlan, port) => ({
    why: 'vlan_tunnel of the port is off',
    hint: `set({ vlanTunnel: true }) on ${port}, and vlan.add({ id: ${vlan}, tunnelId: … })`,
  }),
  untagged: (vlan, port) => ({
    why: `VLAN ${vlan} loses its tag there, before it is mapped`,
    hint: `vlan.add({ id: ${vlan} }) on ${port}, which is not untagged`,
  }),
  unmapped: (vlan, port) => ({
    why: `VLAN ${vlan} has none there`,
    hint: `vlan.add({ id: ${vlan}, tunnelId: … }) on ${port}`,
  }),
};

function hairpinOff({ port, wouldHelp, translated }: CauseFacts['bridge.hairpin-off']): Said {
  const text = `not sent back out of ${port}: hairpin is off on that port`;
  if (translated !== undefined)
    return {
      text,
      hint: `a rule translated the packet to ${translated}, which is behind the same port: set({ hairpin: true }) on ${port} (hairpinMode of CNI's bridge plugin)`,
    };
  return {
    text,
    hint: wouldHelp
      ? 'a VEPA switch reflects frames: switchPort.set({ hairpin: true })'
      : 'no sibling would hear it, reflected or not: in mode private they hear no broadcast of each other, in mode source only listed senders',
  };
}

/** PAUSE: the one reserved group that no port can be told to pass on (BR_GROUPFWD_MACPAUSE). */
function isPause(mac: string): boolean {
  return mac.endsWith(':01');
}

/** The bit of `group_fwd_mask` for a reserved group. */
function groupBit(mac: string): string {
  return `0x${(1 << Number.parseInt(mac.slice(-1), 16)).toString(16)}`;
}
