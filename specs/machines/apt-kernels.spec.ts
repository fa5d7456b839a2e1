import { expect, test } from 'vitest';
import { kernelsBetween, packageOf } from '../../lib/machines/apt-kernels.ts';

// As Debian 12 has them.
const packages = [
  ...['6.1.0-9-amd64', '6.1.0-9-cloud-amd64', '6.1.0-10-amd64', '6.1.0-10-cloud-amd64', '6.1.0-10-rt-amd64'],
  ...[
    '6.1.0-11-cloud-amd64',
    '6.12.100+deb12-amd64',
    '6.12.101+deb12-amd64',
    '6.12.101+deb12-cloud-amd64',
    'um-6.1um4+b13',
  ],
].map((release) => ({ release, version: '1', size: 1, fetched: false }));

test.for([
  ['6.1.0-10-cloud-amd64', '6.1.0-10-cloud-amd64'],
  ['6.1.0-10', '6.1.0-10-amd64'],
  ['6.1', '6.1.0-10-amd64'],
  ['6.12', '6.12.101+deb12-amd64'],
  ['6.12.101', '6.12.101+deb12-amd64'],
  ['newest', '6.12.101+deb12-amd64'],
  ['6.1.0-1', undefined],
  ['6.2', undefined],
] as const)('%s means the package %s', ([version, release]) => {
  expect(packageOf(version, packages)?.release).toBe(release);
});

test('between two are those of their flavour', () => {
  expect(kernelsBetween('6.1.0-9-cloud-amd64', '6.12.101+deb12-cloud-amd64', packages)).toEqual([
    '6.1.0-10-cloud-amd64',
    '6.1.0-11-cloud-amd64',
  ]);
  expect(kernelsBetween('6.1.0-9', '6.12', packages)).toEqual(['6.1.0-10-amd64', '6.12.100+deb12-amd64']);
});

test('between two of different flavours is nothing that could be guessed', () => {
  expect(() => kernelsBetween('6.1.0-9-amd64', '6.1.0-10-cloud-amd64', packages)).toThrow(
    "'6.1.0-9-amd64' and '6.1.0-10-cloud-amd64' are not two packages of one flavour: name the kernels between them, oldest first",
  );
});
