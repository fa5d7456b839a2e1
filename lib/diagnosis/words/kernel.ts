import type { CauseFacts, DeviceName } from '../../model/cause.ts';
import { unanswered } from './neighbour.ts';
import { ASKED, namespaceOf, ownName, type Said, type WordsOf } from './words.ts';

const PROGRAM = {
  id: 'the id of the program, if the kernel tells it',
  name: 'the name of the program, as `tc filter show` prints it; XDP programs have none here',
  asked: ASKED,
};

const COUNTER = 'of `/proc/net/xfrm_stat`, without its `Xfrm`';

/** What the counters of states mean (Documentation/networking/xfrm_proc.rst). */
const STATE_ERRORS: Record<string, string> = {
  ProtoError: 'the keys or the algorithms of the two ends differ',
  ModeError: 'the two ends have different modes',
  SeqError: 'its sequence number is too old, or was used before',
  Expired: 'the state has expired',
  Mismatch: 'it does not fit the options of the packet',
  Invalid: 'it is not valid any more',
};

/** Causes that the kernel's reason for a drop names (include/net/dropreason-core.h), and no model of hairpin's. */
export const kernelWords: WordsOf<'tc' | 'xdp' | 'qdisc' | 'machine' | 'ip' | 'seg6' | 'ipsec' | 'tcp'> = {
  'tc.drop': {
    means: 'A traffic control filter dropped the packet (`sch_handle_ingress`, `sch_handle_egress`).',
    optional: { device: 'if it is known' },
    example: { namespace: 'b', device: 'b/eth0', side: 'ingress' },
    say: ({ namespace, device, side }) => ({
      text: `dropped by traffic control at the ${side}${ofDevice(device)}`,
      hint: `on ${namespace}: tc -s filter show dev ${device ? ownName(device) : '…'} ${side}`,
    }),
  },
  'tc.redirect': {
    means:
      'A filter of traffic control sent the frame to another device (`action mirred egress redirect` or `ingress redirect`, `tcf_mirred_act`). The taps saw it there. From there it does not get to the device that has its destination MAC address.',
    facts: { device: 'the device with the filter', to: 'the device that the filter names' },
    optional: {
      back: '`true` for `ingress redirect`: the host treats the frame as one that came in by `to`',
      qdisc: 'the kind of the queueing discipline that has the filter, if it is a classful one, such as `htb`',
    },
    example: { device: 'b/eth0', side: 'ingress', to: 'b/eth1' },
    say: ({ device, side, to, back, qdisc }) => ({
      text: `a filter of traffic control at the ${side} of ${device} ${back ? `handed it to ${to}, as if it had come in there` : `sent it out by ${to}`}`,
      hint: `on ${namespaceOf(device)}: tc -s filter show dev ${ownName(device)}${qdisc ? '' : ` ${side}`}`,
    }),
  },
  'tc.program': {
    means:
      'No other reason is known. A BPF program of traffic control was the next to get the frame, and may have dropped it or sent it elsewhere (`cls_bpf_classify`).',
    optional: { ...PROGRAM, tcx: 'the program is attached by tcx, so `tc filter show` does not list it' },
    example: { device: 'b/eth0', side: 'ingress', id: 12, name: 'filter.o:[tc]' },
    say: ({ device, side, tcx, asked, ...program }) => {
      const what = `a BPF program at the ${side} of ${device}${tcx ? ', attached by tcx' : ''}`;
      const show = `${tcx ? 'bpftool net' : 'tc filter'} show dev ${ownName(device)}${tcx ? '' : ` ${side}`}`;
      return {
        text: unanswered(asked, mayHaveTaken(what, program)),
        hint: `on ${namespaceOf(device)}: ${show}${showProgram(program)}`,
      };
    },
  },
  'xdp.program': {
    means:
      'No other reason is known. The XDP program of a device was the next to get the frame, and may have dropped it or sent it elsewhere (`bpf_prog_run_xdp`).',
    optional: PROGRAM,
    example: { device: 'b/eth0', id: 12 },
    say: ({ device, asked, ...program }) => ({
      text: unanswered(asked, mayHaveTaken(`the XDP program of ${device}`, program)),
      hint: `on ${namespaceOf(device)}: ip -d link show dev ${ownName(device)}${showProgram(program)}`,
    }),
  },
  'xdp.drop': {
    means: 'An XDP program dropped the packet (`do_xdp_generic`).',
    optional: { device: 'if it is known' },
    example: { namespace: 'b', device: 'b/eth0' },
    say: ({ namespace, device }) => ({
      text: `dropped by an XDP program${device ? ` at ${device}` : ''}`,
      hint: `on ${namespace}: ip link show${device ? ` dev ${ownName(device)}` : ''}`,
    }),
  },
  'qdisc.netem': {
    means: 'The link is impaired (`iface.impair`, `tc qdisc … netem`), and lost the packet (`netem_enqueue`).',
    facts: { device: 'the interface that was to send it' },
    optional: {
      loss: 'the share of packets that it loses, in percent; missing if none is set: then its queue was full, or it has a loss model',
    },
    example: { device: 'a/eth0', loss: 100 },
    say: ({ device, loss }) => ({
      text:
        loss === undefined
          ? `dropped by netem of ${device}`
          : `lost by netem of ${device}, which loses ${loss} % of the packets`,
      hint: `mend the link: clear(), or the end of its \`using\` scope; if a program impaired it: tc qdisc del dev ${ownName(device)} root`,
    }),
  },
  'qdisc.drop': {
    means:
      'The queueing discipline of a device dropped the packet: it is full, or drops on purpose (`__dev_xmit_skb`).',
    optional: { device: 'if it is known' },
    example: { namespace: 'a', device: 'a/eth0' },
    say: ({ namespace, device }) => ({
      text: `dropped by the queueing discipline${ofDevice(device)}`,
      hint: `on ${namespace}: tc -s qdisc show dev ${device ? ownName(device) : '…'}`,
    }),
  },
  'machine.backlog': {
    means: "The machine is overloaded: a processor's queue of received packets was full (`enqueue_to_backlog`).",
    example: {},
    say: () => ({ text: "dropped by the machine: a processor's queue was full (net.core.netdev_max_backlog)" }),
  },
  'ip.localnet': {
    means:
      'A packet from or for 127.0.0.0/8 came from outside (`ip_route_input_slow`), or would leave its host (`__mkroute_output`).',
    optional: {
      from: 'the source address, if the packet would leave its host',
      source: 'the address that it came from',
      to: 'the address that it was for, or was translated to',
      asked: ASKED,
    },
    example: { namespace: 'b', to: '127.0.0.1' },
    say: localnet,
  },
  'ip.ttl': {
    means: 'The TTL, or the hop limit, of the packet was used up in a router (`ip_forward`, `ip6_forward`).',
    example: { namespace: 'r' },
    say: ({ namespace }) => ({ text: `its TTL was used up in ${namespace}` }),
  },
  'ip.checksum': {
    means: 'A checksum of the packet is wrong.',
    facts: { of: 'what the checksum belongs to' },
    example: { of: 'TCP' },
    say: ({ of }) => ({
      text: of === 'IP header' ? 'the checksum of its IP header is wrong' : `its ${of} checksum is wrong`,
    }),
  },
  'seg6.last-segment': {
    means:
      'A router has a `seg6local` route for the segment, with an action that sends packets on to their next segment, and the packet has none left (`get_and_validate_srh`).',
    facts: { segment: "the packet's destination", action: 'of the route' },
    example: { namespace: 'r', segment: 'fcff::1', action: 'End' },
    say: ({ namespace, segment, action }) => ({
      text: `${namespace} is to send what is for ${segment} on to its next segment (${action}), and there is none left`,
      hint: `the action of the last segment unwraps the packet: End.DT6, End.DX6 or another`,
    }),
  },
  'seg6.disabled': {
    means:
      'A host drops what has a segment routing header, unless `seg6_enabled` is 1 for `all` and for the device that the packet comes in by (`ipv6_srh_rcv`).',
    example: { device: 'r/eth0', sysctl: 'net.ipv6.conf.all.seg6_enabled' },
    say: ({ device, sysctl }) => ({
      text: `${device} drops packets with a segment routing header: ${sysctl} is 0`,
      hint: `${namespaceOf(device)}.sysctl.set('${sysctl}', 1)`,
    }),
  },
  'ipsec.policy': {
    means: 'An IPsec policy blocks the packet, or wants it encrypted (`xfrm_policy_check`).',
    optional: { counter: 'the counter of `/proc/net/xfrm_stat` that rose, without its `Xfrm`' },
    example: { namespace: 'b' },
    say: ({ namespace, counter }) => ({
      text: `refused by an IPsec policy of ${namespace}${counter ? ` (Xfrm${counter})` : ''}`,
      hint: `on ${namespace}: ip xfrm policy`,
    }),
  },
  'ipsec.no-state': {
    means:
      'A policy wants the packet encrypted, and there is no state for it (`xfrm_tmpl_resolve`); or a packet came in encrypted, and no state has its SPI (`xfrm_input`).',
    facts: { counter: COUNTER },
    example: { namespace: 'b', counter: 'InNoStates' },
    say: ({ namespace, counter }) => ({
      text: counter.startsWith('In')
        ? `${namespace} got an IPsec packet for which it has no state (Xfrm${counter})`
        : `a policy of ${namespace} wants the packet encrypted, and there is no state for it (Xfrm${counter})`,
      hint: `on ${namespace}: ip xfrm state; compare the SPI and the addresses of both ends`,
    }),
  },
  'ipsec.state': {
    means:
      'A state of IPsec refused the packet (`xfrm_input`, `xfrm_output_one`): the keys or algorithms of the two ends differ (`StateProtoError`), the state expired, or the sequence number was used before (`StateSeqError`).',
    facts: { counter: COUNTER },
    example: { namespace: 'b', counter: 'InStateProtoError' },
    say: ({ namespace, counter }) => ({
      text: `a state of IPsec of ${namespace} refused the packet: ${STATE_ERRORS[counter.replace(/^(In|Out)State/, '')] ?? 'see the counter'} (Xfrm${counter})`,
      hint: `on ${namespace}: ip -s xfrm state`,
    }),
  },
  'tcp.md5': {
    means: 'The TCP-MD5 signature of the segment is missing, unexpected or wrong (RFC 2385, `tcp_inbound_hash`).',
    facts: { is: '`missing`, `unexpected` or `wrong`' },
    example: { namespace: 'b', is: 'missing' },
    say: ({ namespace, is }) => ({
      text: {
        missing: `the socket of ${namespace} wants TCP-MD5, and it has none`,
        unexpected: `it has TCP-MD5, which the socket of ${namespace} does not expect`,
        wrong: `its TCP-MD5 is not that of the socket of ${namespace}`,
      }[is],
    }),
  },
  'tcp.min-ttl': {
    means: 'The socket wants a greater TTL than the segment has (IP_MINTTL, RFC 5082).',
    example: { namespace: 'b' },
    say: ({ namespace }) => ({ text: `the socket of ${namespace} wants a greater TTL (IP_MINTTL)` }),
  },
};

type ProgramNames = Pick<CauseFacts['xdp.program'], 'id' | 'name'>;

function mayHaveTaken(what: string, { id, name }: ProgramNames): string {
  const names = [...(id === undefined ? [] : [`id ${id}`]), ...(name === undefined ? [] : [name])].join(', ');
  return `${what}${names ? ` (${names})` : ''} may have dropped it, or sent it elsewhere`;
}

function showProgram({ id }: ProgramNames): string {
  return id === undefined ? '' : `; bpftool prog show id ${id}`;
}

function localnet({ namespace, from, source, to, asked }: CauseFacts['ip.localnet']): Said {
  const allow = `${namespace}.sysctl.set('net.ipv4.conf.all.route_localnet', 1)`;
  if (from) return { text: `${namespace} sends nothing from ${from}: 127.0.0.0/8 stays inside the host`, hint: allow };
  if (source)
    return {
      text: unanswered(asked, `${namespace} takes nothing from ${source}: 127.0.0.0/8 stays inside the host`),
      hint: 'no other host can answer to such an address: give the packet, or its translation (SNAT), another source',
    };
  const text = `${namespace} takes no packets ${to ? `for ${to}` : 'of 127.0.0.0/8'} from outside: route_localnet is 0`;
  return { text, hint: allow };
}

function ofDevice(device: DeviceName | undefined): string {
  return device ? ` of ${device}` : '';
}
