import { describeLink } from './describe-link.ts';

/** Receives what the netlink sockets of its namespace send, for tcpdump (drivers/net/nlmon.c). */
export const nlmon = describeLink('nlmon', {
  option: 'NLMON',
  end: 'unknown',
  ethernet: false,
  noArp: true,
  withoutMac: () => true,
});
