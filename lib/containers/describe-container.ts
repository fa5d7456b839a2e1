import type { GenericContainer } from 'testcontainers';
import type { DockerEngine } from './docker-engine.ts';
import type { ContainerImage, Dockerfile } from './image.ts';
import type { Testcontainers } from './testcontainers.ts';

/** What testcontainers starts. In a file of its own, of whose declarations the package's have no need. */
export async function describeContainer(
  image: ContainerImage,
  engine: DockerEngine,
  { testcontainers: { GenericContainer } }: Testcontainers,
): Promise<GenericContainer> {
  if (typeof image === 'string') return new GenericContainer(image);
  // Another copy of testcontainers has a GenericContainer of its own, so its class is no way to tell.
  if ('start' in image) return image as GenericContainer;
  return new GenericContainer(await build(image, engine));
}

/** By the command: testcontainers' own build waits for ever where the engine refuses it, and needs Ryuk. */
async function build({ context, dockerfile = 'Dockerfile', buildArgs = {} }: Dockerfile, engine: DockerEngine) {
  const values = Object.entries(buildArgs).flatMap(([name, value]) => ['--build-arg', `${name}=${value}`]);
  const { stdout } = await engine.cli(['build', '--quiet', '--file', dockerfile, ...values, '.'], { cwd: context });
  return stdout.trim();
}
