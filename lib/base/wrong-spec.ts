/**
 * Marks an error that says that the spec is wrong, and nothing about the network, so that `test.fails` does not take it for
 * the failure that it expects. vitest marks its own `TestSyntaxError` in this way.
 */
export function wrongSpec<E extends Error>(error: E): E {
  return Object.defineProperty(error, '__vitest_test_syntax_error__', { value: true });
}
