/** Turns the numbers of a message into the names that `ip` takes. */
export interface Names {
  /** The namespace that is spoken to, for `ip -n`; undefined: the one that the program itself is in. */
  readonly namespace: string | undefined;
  /** A device there, by its ifindex. */
  device(index: number): string;
  /** A namespace, by its descriptor. */
  netns(fd: number): string;
}

/** The names that somebody knows; the kernel knows others. */
export interface KnownNames {
  readonly namespace?: string | undefined;
  device?(index: number): string | undefined;
  netns?(fd: number): string | undefined;
}

/** A word without a letter, as a shell takes it. */
export const EMPTY_WORD = "''";

/** For words that have no names in them. */
export const NUMBERS: Names = { namespace: undefined, device: String, netns: String };
