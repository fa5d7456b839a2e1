/**
 * Disposes of what was registered, last first, unless it was moved to another owner. So a constructor that fails after
 * its first resource leaks none. The same as ECMAScript's `DisposableStack`, which Node 22 does not have.
 *
 * @example
 * using resources = new ResourceStack();
 * const socket = resources.use(Socket.open(…));
 * socket.setOption(…); // when this throws, the socket is closed
 * this.#resources = resources.move();
 */
export class ResourceStack implements Disposable {
  #disposals: (() => void)[] = [];

  /** Registers a resource, and returns it. */
  use<T extends Disposable>(resource: T): T {
    this.defer(() => resource[Symbol.dispose]());
    return resource;
  }

  /** Registers what is to be done at the end. */
  defer(dispose: () => void): void {
    this.#disposals.push(dispose);
  }

  /** Hands everything to a new stack: this one disposes of nothing any more. */
  move(): ResourceStack {
    const moved = new ResourceStack();
    moved.#disposals = this.#disposals;
    this.#disposals = [];
    return moved;
  }

  /** Disposes of everything, also when a disposal throws. A second call does nothing. */
  [Symbol.dispose](): void {
    const errors: unknown[] = [];
    for (const dispose of this.#disposals.splice(0).reverse()) {
      try {
        dispose();
      } catch (error) {
        errors.push(error);
      }
    }
    if (errors.length === 1) throw errors[0];
    if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '));
  }
}
