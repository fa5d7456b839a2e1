import { connect } from 'node:net';
import { LOOPBACK_IFINDEX } from '../kernel/constants.ts';
import { ipLink } from '../netlink/link.ts';
import { NetlinkSocket } from '../netlink/socket.ts';

// debugger-port.ts starts this program in the network of a worker. The worker may wait for the debugger before anything in it has run, so
// the loopback is still down.
using rtnetlink = new NetlinkSocket();
rtnetlink.change(ipLink.change({ index: LOOPBACK_IFINDEX, up: true }));
const socket = connect(Number(process.argv[2]), '127.0.0.1');
socket.on('error', () => process.exit(1));
process.stdout.on('error', () => process.exit());
process.stdin.pipe(socket).pipe(process.stdout);
