import { NetNamespace } from '../../kernel/namespaces/net-namespace.ts';

/** Something that holds descriptors until it is closed. */
export interface Resource {
  close(): void;
}

/** What a lab holds, in the order in which it was made. What was made last is closed first: a socket before its namespace. */
export class Resources {
  readonly #all: Resource[] = [];

  /** Registers what has just been made. */
  add<T extends Resource>(resource: T): T {
    this.#all.push(resource);
    return resource;
  }

  /** Runs a function that makes several. If it fails half-way, those that it has made are closed at once. */
  undoUnlessMade<T>(make: () => T): T {
    const before = this.#all.length;
    try {
      return make();
    } catch (error) {
      for (const resource of this.#all.splice(before).reverse()) resource.close();
      throw error;
    }
  }

  /** Removes everything from the list, and returns it in the order in which to close it. */
  takeAll(): Resource[] {
    return this.#all.splice(0).reverse();
  }

  /**
   * Closes all but the namespaces, for a process that has no descriptor left. The kernel would give the inode number of a closed
   * namespace to a new one.
   */
  makeRoom(): void {
    const { rest = [], namespaces = [] } = Object.groupBy(this.#all.splice(0), (resource) =>
      resource instanceof NetNamespace ? 'namespaces' : 'rest',
    );
    this.#all.push(...namespaces);
    for (const resource of rest.reverse()) resource.close();
  }
}
