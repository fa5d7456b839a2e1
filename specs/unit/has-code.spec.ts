import { expect, test } from 'vitest';
import { ifReadable, unlessCode } from '../../lib/base/has-code.ts';

// No network: which errors a `catch` swallows.

const failWith = (code: string) => () => {
  throw Object.assign(new Error(code), { code });
};

test('only the codes that are named are swallowed', () => {
  expect(unlessCode(['ENOENT'], () => 'read', 'otherwise')).toBe('read');
  expect(unlessCode(['ESRCH', 'ENOENT'], failWith('ENOENT'), 'otherwise')).toBe('otherwise');
  expect(() => unlessCode(['ENOENT'], failWith('EACCES'), 'otherwise')).toThrow('EACCES');
  expect(() => unlessCode(['ENOENT'], failWith('ENOENT2'), 'otherwise')).toThrow('ENOENT2');
});

test('another process that cannot be read is unknown, but a want of descriptors here is an error', () => {
  expect(ifReadable(() => 'read')).toBe('read');
  expect(ifReadable(failWith('ESRCH'))).toBeUndefined();
  for (const code of ['EMFILE', 'ENFILE']) expect(() => ifReadable(failWith(code))).toThrow(code);
});
