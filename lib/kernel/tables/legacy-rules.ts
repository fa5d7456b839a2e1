import { AF_INET, AF_INET6, IPPROTO_IP, IPPROTO_IPV6, SOCK_DGRAM } from '../constants.ts';
import type { NetNamespace } from '../namespaces/net-namespace.ts';
import { Socket } from '../sockets/socket.ts';

/** `struct ipt_entry` and `struct ip6t_entry`: where they say how long they are, and where their matches begin. */
const KINDS = {
  ip: { domain: AF_INET, level: IPPROTO_IP, offsets: 88, matches: 112 },
  ip6: { domain: AF_INET6, level: IPPROTO_IPV6, offsets: 140, matches: 168 },
} as const;

/** `IPT_SO_GET_INFO` and `IPT_SO_GET_ENTRIES`; those of IPv6 are the same. */
const [GET_INFO, GET_ENTRIES] = [64, 65];
/** `sizeof(struct ipt_getinfo)`, at whose end the size of the entries stands; `offsetof(struct ipt_get_entries, entrytable)`. */
const [INFO, HEADER] = [84, 40];
/** `XT_EXTENSION_MAXNAMELEN`, behind the length of a match or target. */
const NAME = 29;
/** `sizeof(struct xt_entry_match)`: the length, the name and the revision. The parameters follow. */
const ENTRY_HEADER = 32;

/** A match or a target of iptables, as a rule has it. */
export interface FilterExtension {
  /** '' stands for a verdict or a jump. */
  name: string;
  /** Its parameters, a struct of the kernel; the name and the revision say which. */
  data: Buffer;
}

/**
 * The matches and targets in the rules of a table of iptables-legacy.
 *
 * @throws KernelError when the kernel refuses, as it does where the table changed meanwhile (`EAGAIN`)
 */
export function legacyExtensions(
  namespace: NetNamespace,
  family: keyof typeof KINDS,
  table: string,
): FilterExtension[] {
  const { domain, level, offsets, matches } = KINDS[family];
  using socket = Socket.open(namespace, domain, SOCK_DGRAM, 0);
  const info = Buffer.alloc(INFO);
  info.write(table);
  socket.getOption(level, GET_INFO, info);
  const size = info.readUInt32LE(INFO - 4);
  const entries = Buffer.alloc(HEADER + size);
  entries.write(table);
  entries.writeUInt32LE(size, HEADER - 8);
  socket.getOption(level, GET_ENTRIES, entries);
  const extensions: FilterExtension[] = [];
  for (let at = HEADER; at < entries.length; ) {
    const [target, next] = [entries.readUInt16LE(at + offsets), entries.readUInt16LE(at + offsets + 2)];
    if (next === 0) throw new RangeError(`a rule of table ${table} has no length`);
    for (let match = at + matches; match < at + target; match += entries.readUInt16LE(match) || next)
      extensions.push(extensionAt(entries, match));
    extensions.push(extensionAt(entries, at + target));
    at += next;
  }
  return extensions;
}

function extensionAt(entries: Buffer, at: number): FilterExtension {
  const name = entries.subarray(at + 2, at + 2 + NAME);
  const end = name.indexOf(0);
  return {
    name: name.toString('latin1', 0, end === -1 ? NAME : end),
    data: entries.subarray(at + ENTRY_HEADER, at + entries.readUInt16LE(at)),
  };
}
