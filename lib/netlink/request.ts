import type { Type } from './codec/type.ts';
import type { Writer } from './codec/writer.ts';
import type { Names } from './names.ts';

/** One message to the kernel, and how its answer is read. It is data: a {@link NetlinkSocket} sends it. */
export interface Request<Answer = unknown> {
  /** `RTM_NEWLINK` … */
  type: number;
  /** The family of netlink that takes it (`NETLINK_XFRM`). @default NETLINK_ROUTE */
  protocol?: number | undefined;
  /** `NLM_F_CREATE` … */
  flags: number;
  /** Writes what follows `nlmsghdr`. */
  write(to: Writer): void;
  /** Reads the body of an answer. @throws RangeError when it is none */
  read(body: Buffer): Answer;
  /** The same in the words of iproute2: `ip -n ns1 link set m1 up`. */
  words(names: Names): string;
  /** The kernel's names of the attributes that a byte of the body is in, outermost first. */
  pathAt(body: Buffer, offset: number): readonly string[];
  /** False: it is answered by several messages though it is no dump, as `team_nl_cmd_options_get` does. @default true */
  isDump?: boolean | undefined;
  /** The usual causes of its errors. */
  causes?: Causes | undefined;
  /** What a kernel may lack that it needs, for `hairpin kernels config`: `link macvlan`. */
  feature?: string | undefined;
}

/** The usual causes of errors, by errno's name; a function is asked only when it comes to that. */
export type Causes = Partial<Record<string, string | (() => string)>>;

/** A single message, of no family that has others. Its words are those of the program that would send it. */
export function requestOf<R, W>(
  type: number,
  body: Type<R, W>,
  values: W,
  { flags = 0, words }: { flags?: number; words: string },
): Request<R> {
  return {
    type,
    flags,
    write: (to) => body.write(to, values),
    read: (bytes) => body.read(bytes),
    words: () => words,
    pathAt: (bytes, offset) => body.pathAt?.(bytes, offset) ?? [],
  };
}
