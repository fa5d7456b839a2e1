import { describe, expect, test } from 'vitest';
import { KernelError } from '../../lib/kernel/kernel-error.ts';

const operation = 'ip link add m1 link up0 type macvlan mode passthru';

describe('the message', () => {
  test('is the operation, the name of the errno and its meaning', () => {
    expect(new KernelError({ operation, errno: 16 }).message).toBe(
      'ip link add m1 link up0 type macvlan mode passthru: EBUSY (resource busy or locked)',
    );
  });

  test("has the kernel's own sentence on a line of its own", () => {
    expect(new KernelError({ operation, errno: 22, extendedAck: 'Unknown mode' }).message).toBe(
      `${operation}: EINVAL (invalid argument)\n  kernel: Unknown mode`,
    );
  });

  test('has the usual cause on the last line', () => {
    expect(new KernelError({ operation, errno: 22, cause: 'the parent has children already' }).message).toBe(
      `${operation}: EINVAL (invalid argument)\n  usual cause: the parent has children already`,
    );
    expect(
      new KernelError({ operation, errno: 22, extendedAck: 'Unknown mode', cause: 'a typing error' }).message,
    ).toBe(`${operation}: EINVAL (invalid argument)\n  kernel: Unknown mode\n  usual cause: a typing error`);
  });

  test('has no line for what is empty', () => {
    expect(new KernelError({ operation, errno: 22, extendedAck: '', cause: undefined }).message).toBe(
      `${operation}: EINVAL (invalid argument)`,
    );
  });

  test('stands an errno that nobody knows', () => {
    // EHWPOISON is 133, the last one; getSystemErrorMessage has words of its own for the rest.
    expect(new KernelError({ operation, errno: 4242 }).message).toMatch(`${operation}: errno 4242 (`);
  });
});

test('code is the name of the errno, as in the errors of Node', () => {
  expect(new KernelError({ operation, errno: 1 }).code).toBe('EPERM');
  // 95 is ENOTSUP too: the name that a network's users know is the other.
  expect(new KernelError({ operation, errno: 95 }).code).toBe('EOPNOTSUPP');
});

test('it is an error with its parts to read', () => {
  const error = new KernelError({ operation, errno: 16, extendedAck: 'Link busy' });
  expect(error).toBeInstanceOf(Error);
  expect(error).toMatchObject({ name: 'KernelError', code: 'EBUSY', errno: 16, operation, extendedAck: 'Link busy' });
});
