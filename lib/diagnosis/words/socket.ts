import type { WordsOf } from './words.ts';

export const socketWords: WordsOf<'socket'> = {
  'socket.none': {
    means:
      'No socket listens at the port: the host answers with a TCP reset or an ICMP port unreachable (`tcp_v4_rcv`, `__udp4_lib_rcv`).',
    optional: { peer: 'of a UDP socket that has the port, and takes datagrams only from this peer (`connect`)' },
    example: { namespace: 'b', protocol: 'tcp', port: 80 },
    say: ({ namespace, protocol, port, peer }) => ({
      text: peer
        ? `the socket at ${protocol} port ${port} of ${namespace} is connected to ${peer}, and takes nothing from others`
        : `nothing listens at ${protocol} port ${port} in ${namespace}`,
    }),
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
    optional: { onlyIpv6: '`true` if the socket takes IPv6 alone (IPV6_V6ONLY)' },
    example: { namespace: 'b', protocol: 'tcp', port: 80, address: '10.0.0.2', open: ['127.0.0.1'] },
    say: ({ namespace, protocol, port, address, open, onlyIpv6 }) => ({
      text: `${protocol} port ${port} of ${namespace} is open only at ${open.join(', ')}${onlyIpv6 ? ', and for IPv6 alone (IPV6_V6ONLY)' : ''}, not at ${address}`,
    }),
  },
  'socket.other-device': {
    means:
      'A socket listens at the port, but is bound to another device than the packet came in by (SO_BINDTODEVICE, `inet_bound_dev_eq`).',
    facts: { device: 'by which the packet came in', bound: 'the devices that sockets at the port are bound to' },
    example: { namespace: 'b', protocol: 'tcp', port: 80, device: 'b/eth0', bound: ['b/eth1'] },
    say: ({ namespace, protocol, port, device, bound }) => ({
      text: `${protocol} port ${port} of ${namespace} is open only at ${bound.join(', ')} (SO_BINDTODEVICE), not at ${device}`,
    }),
  },
  'socket.unread': {
    means: 'The datagram is in the receive buffer of a UDP socket, and the program does not read it (`udp_recvmsg`).',
    facts: { waiting: 'how many bytes wait, as the kernel counts them: with its own of each datagram' },
    example: { namespace: 'b', port: 53, waiting: 1664 },
    say: ({ namespace, port, waiting }) => ({
      text: `the program at udp port ${port} of ${namespace} does not read: ${waiting} bytes wait for it`,
      hint: `on ${namespace}: ss -uanp; is the program stopped, or busy?`,
    }),
  },
  'socket.backlog': {
    means:
      'As many connections as the program allows wait for it to accept them, so the kernel drops further ones silently (`tcp_conn_request`, `sk_acceptq_is_full`).',
    facts: { waiting: 'how many wait', backlog: 'how many may, as the program told `listen`' },
    example: { namespace: 'b', port: 80, waiting: 129, backlog: 128 },
    say: ({ namespace, port, waiting, backlog }) => ({
      text: `the program at tcp port ${port} of ${namespace} accepts no connections: ${waiting} wait, and its backlog is ${backlog}`,
      hint: `on ${namespace}: ss -ltnp`,
    }),
  },
  'socket.program': {
    means:
      'A BPF program chooses the sockets of the packets that come to the host (`sk_lookup`), and may have refused this one (`bpf_sk_lookup_run_v4`).',
    facts: { id: 'of the program, as `bpftool prog` lists it' },
    example: { namespace: 'b', id: 42 },
    say: ({ namespace, id }) => ({
      text: `a BPF program of ${namespace} (sk_lookup, id ${id}) chooses the socket, and may have refused it`,
      hint: `bpftool prog show id ${id}; bpftool link`,
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
