import { readdirSync, readlinkSync } from 'node:fs';
import { NETLINK_ROUTE } from '../lib/kernel/constants.ts';
import { currentNamespace, NetNamespace } from '../lib/kernel/namespaces/net-namespace.ts';
import { NetlinkChannel } from '../lib/kernel/sockets/netlink-channel.ts';
import { decodeMessages } from '../lib/netlink/message.ts';

/** The kind of a message of rtnetlink is in its two lowest bits: new, delete, get, set (`rtnl_msgtype_kind`). */
const GET = 2;

/** The messages of rtnetlink that changed something while a function ran, as `bench/peers/replay.c` reads them. */
export interface RecordedChanges {
  /**
   * Lines: `fd 0 21`, a descriptor of the first namespace was 21; `message 0 16 1536 0000…`, to the first namespace went a
   * message of this type, with these flags and this body.
   */
  text: string;
  messages: number;
}

/** Records what is sent to sockets that are opened while the function runs. */
export async function recordChanges(run: () => Promise<void>): Promise<RecordedChanges> {
  const inodes = new WeakMap<NetlinkChannel, number>();
  const descriptors = new Map<number, number>();
  const sent: { inode: number; words: string }[] = [];
  const { open } = NetlinkChannel;
  const { send } = NetlinkChannel.prototype;
  NetlinkChannel.open = (protocol) => {
    const channel = open(protocol);
    if (typeof channel !== 'number' && protocol === NETLINK_ROUTE) inodes.set(channel, currentNamespace().inode);
    return channel;
  };
  NetlinkChannel.prototype.send = function (datagram) {
    const inode = inodes.get(this);
    const changes = inode === undefined ? [] : decodeMessages(datagram).filter(({ type }) => type % 4 !== GET);
    if (inode === undefined || changes.length === 0) return send.call(this, datagram);
    // A message may name another namespace by its descriptor.
    for (const [fd, of] of namespaceDescriptors()) descriptors.set(fd, of);
    sent.push(
      ...changes.map(({ type, flags, body }) => ({ inode, words: `${type} ${flags} ${body.toString('hex')}` })),
    );
    return send.call(this, datagram);
  };
  try {
    await run();
  } finally {
    NetlinkChannel.open = open;
    NetlinkChannel.prototype.send = send;
  }
  const all = [...new Set([...sent.map(({ inode }) => inode), ...descriptors.values()])];
  const text = [
    ...[...descriptors].map(([fd, inode]) => `fd ${all.indexOf(inode)} ${fd}\n`),
    ...sent.map(({ inode, words }) => `message ${all.indexOf(inode)} ${words}\n`),
  ].join('');
  return { text, messages: sent.length };
}

/** The descriptors of this process that hold network namespaces other than its own, with the namespaces' inodes. */
function namespaceDescriptors(): [fd: number, inode: number][] {
  const home = NetNamespace.home().inode;
  return readdirSync('/proc/self/fd')
    .map((fd): [number, number] => [Number(fd), inodeOf(fd)])
    .filter(([, inode]) => !Number.isNaN(inode) && inode !== home);
}

function inodeOf(fd: string): number {
  try {
    return Number(/^net:\[(\d+)\]$/.exec(readlinkSync(`/proc/self/fd/${fd}`))?.[1]);
  } catch {
    // That of this very listing, which is closed by now.
    return Number.NaN;
  }
}
