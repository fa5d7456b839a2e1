/** `{ a: 1 } & { b: 2 }` for a union of the two. */
export type Intersection<U> = (U extends unknown ? (each: U) => void : never) extends (all: infer I) => void
  ? I
  : never;

/** An intersection as one object, as an editor shows it. */
type Flatten<T> = { [K in keyof T]: T[K] };

/** What one entry of a table brings into the object that is read, and the one that is written. */
export interface Entry<R, W, IsFlat extends boolean> {
  /** Of the types alone: there is no such property. */
  readonly brings?: { read: R; write: W; isFlat: IsFlat };
}

type Entries = Readonly<Record<string, Entry<unknown, unknown, boolean>>>;
type Brought<E> = E extends { readonly brings?: infer B extends { read: unknown; write: unknown; isFlat: boolean } }
  ? B
  : never;
type Own<F extends Entries> = {
  [K in keyof F]: Brought<F[K]>['isFlat'] extends true
    ? never
    : [Brought<F[K]>['read']] extends [undefined]
      ? never
      : K;
}[keyof F];
type FlatOnes<F extends Entries> = { [K in keyof F]: Brought<F[K]>['isFlat'] extends true ? K : never }[keyof F];

/** What is read by a table of entries. */
export type ReadOf<F extends Entries> = Flatten<
  { [K in Own<F>]: Brought<F[K]>['read'] } & Intersection<{ [K in FlatOnes<F>]: Brought<F[K]>['read'] }[FlatOnes<F>]>
>;

/** What is written by a table of entries: all of it may be left out. */
export type WriteOf<F extends Entries> = Flatten<
  { [K in Own<F>]?: Brought<F[K]>['write'] | undefined } & Intersection<
    { [K in FlatOnes<F>]: Brought<F[K]>['write'] }[FlatOnes<F>]
  >
>;
