/**
 * Calls back whenever somebody waits for a promise: by `await`, `then`, `catch` or `finally`. (`await` calls the `then` of a promise only
 * if another constructor made it: PromiseResolve compares the constructor.)
 */
export function onAwait(promise: Promise<unknown>, note: () => void): void {
  for (const method of ['then', 'catch', 'finally'] as const) {
    const settled = promise[method].bind(promise) as (...args: unknown[]) => unknown;
    const noting = (...args: unknown[]) => {
      note();
      return settled(...args);
    };
    void Object.defineProperties(promise, { [method]: { value: noting }, constructor: { value: undefined } });
  }
}
