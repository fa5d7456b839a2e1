import { close } from '../libc.ts';
import { bpfCall } from '../system-calls.ts';
import { bpfCommand } from './bpf-command.ts';

// linux/bpf.h
const [BPF_OBJ_GET_INFO_BY_FD, BPF_LINK_GET_FD_BY_ID, BPF_LINK_GET_NEXT_ID] = [15, 30, 31];
const [BPF_LINK_TYPE_NETNS, BPF_LINK_TYPE_NETFILTER] = [5, 10];
const BPF_SK_LOOKUP = 36;
/** In `struct bpf_link_info`: `type`, `prog_id`, and of a network namespace `netns_ino` and `attach_type`. */
const INFO = { type: 0, program: 8, inode: 16, attachType: 20, length: 64 };
/** In `union bpf_attr`. */
const NEXT_ID = 4;

/** A BPF program that gets packets by a link, and that no device has. */
export interface ProgramLink {
  /** `sk_lookup` chooses the socket of a packet, `netfilter` accepts or drops it. */
  hook: 'sk_lookup' | 'netfilter';
  /** Of the program. */
  id: number;
  /** The inode of the network namespace; undefined where the kernel does not tell it. */
  inode: number | undefined;
}

/**
 * The programs that look up sockets (`bpf_sk_lookup_run_v4`) or filter packets (`nf_hook_run_bpf`), anywhere on the machine. None where this
 * process may not ask: then it has no CAP_SYS_ADMIN in the host's own user namespace.
 */
export function programLinks(): ProgramLink[] {
  const found: ProgramLink[] = [];
  for (let link = nextLink(0); link !== 0; link = nextLink(link)) found.push(...read(link));
  return found;
}

/** The link with the next greater id; 0 for none. */
function nextLink(id: number): number {
  const attributes = Buffer.alloc(16);
  attributes.writeUInt32LE(id);
  return bpfCall(BPF_LINK_GET_NEXT_ID, attributes) < 0 ? 0 : attributes.readUInt32LE(NEXT_ID);
}

/** None if it is of another sort, or gone. */
function read(link: number): ProgramLink[] {
  const fd = bpfCommand(BPF_LINK_GET_FD_BY_ID, [link]);
  if (fd < 0) return [];
  const info = Buffer.alloc(INFO.length);
  const failed = bpfCommand(BPF_OBJ_GET_INFO_BY_FD, [fd, info.length, info]) < 0;
  close(fd);
  if (failed) return [];
  const [type, id] = [info.readUInt32LE(INFO.type), info.readUInt32LE(INFO.program)];
  if (type === BPF_LINK_TYPE_NETFILTER) return [{ hook: 'netfilter', id, inode: undefined }];
  const looksUp = type === BPF_LINK_TYPE_NETNS && info.readUInt32LE(INFO.attachType) === BPF_SK_LOOKUP;
  return looksUp ? [{ hook: 'sk_lookup', id, inode: info.readUInt32LE(INFO.inode) }] : [];
}
