import type { GenericContainer } from 'testcontainers';
import { UsageError } from '../lab/index.ts';
import { checkOptions, show } from '../lab/validate.ts';
import type { DockerEngine } from './docker-engine.ts';
import type { Testcontainers } from './testcontainers.ts';

/** A Dockerfile to build an image from, with `docker build`. */
export interface Dockerfile {
  /** The folder that its COPYs are from. */
  context: string;
  /** Its path in that folder. @default 'Dockerfile' */
  dockerfile?: string;
  /** The values of its ARGs. */
  buildArgs?: Record<string, string>;
}

/** What a container is made from: an image's name, a Dockerfile, or testcontainers' description of it all. */
export type ContainerImage = string | Dockerfile | GenericContainer;

const EXPECTED = "an image's name, { context } of a Dockerfile, or a GenericContainer of testcontainers";

export async function describeContainer(
  image: ContainerImage,
  engine: DockerEngine,
  { testcontainers: { GenericContainer } }: Testcontainers,
): Promise<GenericContainer> {
  if (image instanceof GenericContainer) return image;
  if (typeof image === 'string') return new GenericContainer(image);
  return new GenericContainer(await build(image, engine));
}

/** Checks as far as can be before testcontainers is loaded. */
export function checkImage(call: string, image: unknown): void {
  if (typeof image === 'string' && image !== '') return;
  if (typeof image !== 'object' || image === null || Array.isArray(image)) {
    throw new UsageError(`${call}: image must be ${EXPECTED}: received ${show(image)}`);
  }
  // Another copy of testcontainers has a GenericContainer of its own, so its class is no way to tell.
  if ('start' in image) return;
  checkOptions(call, image, ['context', 'dockerfile', 'buildArgs']);
  if (!('context' in image) || typeof image.context !== 'string') {
    throw new UsageError(`${call}: image must be ${EXPECTED}: received ${show(image)}`);
  }
}

/** By the command: testcontainers' own build waits for ever where the engine refuses it, and needs Ryuk. */
async function build({ context, dockerfile = 'Dockerfile', buildArgs = {} }: Dockerfile, engine: DockerEngine) {
  const values = Object.entries(buildArgs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const { stdout } = await engine.cli(['build', '--quiet', '--file', dockerfile, ...values, '.'], { cwd: context });
  return stdout.trim();
}
