import { expect, test } from 'hairpin';

// web: a container that is never started
test.for<[string, unknown[], string]>([
  [
    'a name that cannot be',
    ['-web', 'busybox'],
    'lab.container: name must begin with a letter or digit and have up to 64 letters, digits, dots, dashes and ' +
      "underscores: received '-web'",
  ],
  [
    'a name that is taken',
    ['taken', 'busybox'],
    "lab.container: this lab has a namespace of the name 'taken' already; names are unique",
  ],
  [
    'no image',
    ['web', 7],
    "lab.container('web'): image must be an image's name, { context } of a Dockerfile, or a GenericContainer of " +
      'testcontainers: received 7',
  ],
  [
    'a Dockerfile without its folder',
    ['web', { dockerfile: 'x' }],
    "lab.container('web'): image must be an image's name, { context } of a Dockerfile, or a GenericContainer of " +
      "testcontainers: received { dockerfile: 'x' }",
  ],
  [
    'an option that there is not',
    ['web', 'busybox', { ports: [80] }],
    "lab.container('web'): there is no option 'ports'; the options are command, network, connect",
  ],
  [
    'a command as a shell has it',
    ['web', 'busybox', { command: 'sleep 1' }],
    "lab.container('web'): command must be a list of strings, one an argument: received 'sleep 1'",
  ],
  [
    'a network that is none',
    ['web', 'busybox', { network: true }],
    "lab.container('web'): network must be a name that docker network has: received true",
  ],
  [
    'a connect that is no function',
    ['web', 'busybox', { connect: 'sw' }],
    "lab.container('web'): connect must be a function: received 'sw'",
  ],
])('%s', async ([, args, message], { lab }) => {
  lab.namespace('taken');
  await expect(lab.container(...(args as [never, never, never]))).rejects.toThrow(message);
});
