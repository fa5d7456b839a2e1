import { expect, test } from 'vitest';
import { qemuArguments } from '../../lib/machines/qemu-arguments.ts';
import { splitArguments } from '../../lib/machines/split-arguments.ts';

test.for([
  [['specs/a', '-t', 'x'], ['specs/a', '-t', 'x'], []],
  [['--reporter=json', 'specs/a', '--outputFile=r.json'], ['specs/a'], ['--reporter=json', '--outputFile=r.json']],
  [
    ['--reporter', 'junit', 'specs/a', '--outputFile.junit', 'r.xml', '--shard=1/2'],
    ['specs/a', '--shard=1/2'],
    ['--reporter', 'junit', '--outputFile.junit', 'r.xml'],
  ],
] as const)('vitest is told of reporters once, outside: %j', ([args, testing, telling]) => {
  expect(splitArguments(args)).toEqual({ testing, telling });
});

test.for([
  [['--reporter=blob', 'specs/a', '--outputFile.blob=blobs/1.json', '--reporter=default']],
  [['--reporter', 'blob', 'specs/a', '--outputFile.blob', 'blobs/1.json', '--reporter=default']],
])('a blob is no reporter of the whole, which is made of blobs: %j', ([args]) => {
  const split = { testing: ['specs/a'], telling: ['--reporter=default'], blob: 'blobs/1.json' };
  expect(splitArguments(args ?? [])).toEqual(split);
});

const machine = {
  accelerator: 'tcg',
  share: '9p',
  image: '/boot/vmlinuz',
  initramfs: 4,
  output: 5,
  monitor: 6,
  memoryFile: 7,
  results: '/a,b',
  memory: 512,
  cpus: 1,
} as const;

test('by 9p the root is read-only, the results are not, and a comma in a path is doubled', () => {
  const shares = qemuArguments(machine).filter((word) => word.startsWith('local,'));
  expect(shares).toEqual([
    'local,id=root,path=/,security_model=none,multidevs=remap,readonly=on',
    'local,id=results,path=/a,,b,security_model=none,multidevs=remap',
  ]);
});

test('by virtiofs there is one device, whose other end is a descriptor', () => {
  const args = qemuArguments({ ...machine, share: 'virtiofs', virtiofsd: 3 });
  expect(args).toContain('socket,id=root,fd=3');
  expect(args.filter((word) => word.startsWith('local,'))).toEqual([]);
});

test('what is appended comes last, so that it wins', () => {
  const args = qemuArguments({ ...machine, append: 'panic=5' });
  expect(args[args.indexOf('-append') + 1]).toMatch(/panic=-1 .* panic=5$/);
});
