import type { Path } from './topology.ts';

/** A namespace or a device of the topology, among the arguments of a call. */
export class Ref {
  readonly name: string;
  /** Where the topology says it. */
  readonly path: Path;
  /** It is the device that the link, or the end of a cable, at the path made. Its name does not tell: the lab may have given it. */
  readonly isMadeThere: boolean;

  constructor(name: string, path: Path, { isMadeThere = false } = {}) {
    this.name = name;
    this.path = path;
    this.isMadeThere = isMadeThere;
  }
}

/** A call of the library that builds a part of a topology: one is carried out by `build`, and printed by `writeSpec`. */
export interface Call {
  /** What has the method; undefined is the lab. */
  readonly on?: Ref;
  /** `cable`, `route.add` */
  readonly method: string;
  readonly args: readonly unknown[];
  /** What it makes, and where the topology says that. */
  readonly makes?: 'namespace' | 'cable' | 'device';
  readonly path: Path;
  /** It is no error if there is nothing to delete. */
  readonly optional?: true;
}
