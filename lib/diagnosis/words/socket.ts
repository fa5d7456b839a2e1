import type { WordsOf } from './words.ts';

export const socketWords: WordsOf<'socket'> = {
  'socket.none': {
    means:
      'No socket listens at the port: the host answers with a TCP reset or an ICMP port unreachable (`tcp_v4_rcv`, `__udp4_lib_rcv`).',
    example: { namespace: 'b', protocol: 'tcp', port: 80 },
    say: ({ namespace, protocol, port }) => ({ text: `nothing listens at ${protocol} port ${port} in ${namespace}` }),
  },
  'socket.no-server': {
    means:
      'A service of IPVS has the port, and no server that takes new connections: there is none, or all have a weight of 0 (`ip_vs_leave`).',
    facts: { address: 'of the service' },
    example: { namespace: 'lb', protocol: 'tcp', port: 80, address: '10.0.9.9' },
    say: ({ namespace, protocol, port, address }) => ({
      text: `IPVS of ${namespace} has no server for ${protocol} port ${port} of ${address} that takes new connections`,
      hint: `on ${namespace}: ipvsadm -L -n; add a server (ipvsadm -a), or give one a weight above 0 (ipvsadm -e … -w 1)`,
    }),
  },
  'socket.other-address': {
    means: 'A socket listens at the port, but not at the address that was asked (`inet_lookup_listener`).',
    facts: { address: 'that was asked', open: 'the addresses at which the port is open' },
    example: { namespace: 'b', protocol: 'tcp', port: 80, address: '10.0.0.2', open: ['127.0.0.1'] },
    say: ({ namespace, protocol, port, address, open }) => ({
      text: `${protocol} port ${port} of ${namespace} is open only at ${open.join(', ')}, not at ${address}`,
    }),
  },
  'socket.filter': {
    means: "A socket's own filter dropped the packet (`sk_filter`, SO_ATTACH_FILTER).",
    example: { namespace: 'b' },
    say: ({ namespace }) => ({ text: `dropped by the filter of a socket of ${namespace} (SO_ATTACH_FILTER)` }),
  },
  'socket.full': {
    means: 'The receive buffer of the socket is full (`sock_queue_rcv_skb`).',
    example: { namespace: 'b' },
    say: ({ namespace }) => ({ text: `a socket of ${namespace} had no room for it: its program does not read` }),
  },
};
