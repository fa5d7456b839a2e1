import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { GenericContainer } from 'testcontainers';
import { checkOptions, show, wrongOption } from '../base/validate.ts';
import { harmless } from '../base/visible-text.ts';
import { now, sleep } from '../kernel/clock.ts';
import { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import { engineOf } from '../lab/engines/engine.ts';
import { openNamespace } from '../lab/engines/namespace-engine.ts';
import { type Lab, UsageError } from '../lab/index.ts';
import { writeSysctlIn } from '../lab/tables/sysctl-access.ts';
import { Container, startedContainers } from './container.ts';
import { describeContainer } from './describe-container.ts';
import type { DockerEngine } from './docker-engine.ts';
import { removeContainer } from './engine-api.ts';
import { type ContainerImage, checkImage } from './image.ts';
import { PrivateEngine } from './private-engine.ts';
import { type Testcontainers, useTestcontainers } from './testcontainers.ts';

export interface ContainerOptions {
  /** The command to run, instead of the image's own. */
  command?: readonly string[];
  /** A Docker network. @default 'none': the container has only the links that the lab gives it */
  network?: string;
  /**
   * Adds the container's links. It is called when the container runs, before its wait strategy begins, for a program that
   * is not ready without a network.
   */
  connect?: (container: Container) => unknown;
}

/** Checks a call of `lab.container` before anything is started for it. */
export function checkContainer(lab: Lab, name: unknown, image: unknown, options: ContainerOptions): void {
  engineOf(lab).checkNew('container', name);
  const call = `lab.container(${show(name)})`;
  checkImage(call, image);
  checkOptions(call, options, ['command', 'network', 'connect']);
  const { command, network, connect } = options;
  if (command !== undefined && (!Array.isArray(command) || command.some((word) => typeof word !== 'string')))
    throw wrongOption(call, 'command', 'a list of strings, one an argument', command);
  if (network !== undefined && typeof network !== 'string')
    throw wrongOption(call, 'network', 'a name that docker network has', network);
  if (connect !== undefined && typeof connect !== 'function') throw wrongOption(call, 'connect', 'a function', connect);
}

/** Starts a container as a namespace of a lab; `lab.container` is this. */
export async function startContainer(
  lab: Lab,
  engine: DockerEngine,
  name: string,
  image: ContainerImage,
  { command, network, connect }: ContainerOptions,
): Promise<Container> {
  const using = await useTestcontainers(engine);
  const generic = await describeContainer(image, engine, using);
  if (engine instanceof PrivateEngine && !(await using.client.image.exists(generic['imageName']))) {
    throw new UsageError(
      `lab.container(${show(name)}): the lab's own engine has no image ${show(generic['imageName'].string)}, and no way out ` +
        "to a registry: load it from a file, docker.cli(['load', '--input', 'images.tar']), build it, or set DOCKER_HOST to " +
        'an engine that has it',
    );
  }
  // Off: the automatic clean-up would start Ryuk, in an engine that is shared too.
  generic.withAutoCleanup(false).withLabels(engine.labels);
  if (command) generic.withCommand([...command]);
  let id: string | undefined;
  let container: Container | undefined;
  addHooks(generic, {
    beforeContainerCreated: () => takeOffPorts(generic, network),
    containerCreated: (created) => {
      id = created;
    },
    containerStarting: async () => {
      container = await takeIn(lab, engine, name, String(id), using);
      await connect?.(container);
    },
  });
  try {
    const started = await generic.start();
    if (!container)
      throw new Error(`lab.container(${show(name)}): testcontainers has reused a container; leave withReuse out`);
    const ended = await whyEnded(name, container.id, using);
    if (ended) throw ended;
    startedContainers.set(container, started);
    return container;
  } catch (error) {
    if (id === undefined) throw error;
    const ended = await whyEnded(name, id, using).catch(() => undefined);
    // testcontainers lets one that failed run on, to be looked at by hand.
    await removeContainer(engine.socketPath, id).catch(() => {});
    throw ended ?? error;
  }
}

/**
 * Nothing is published to the host: who asks is in the lab. testcontainers' modules publish their ports unasked, and it
 * waits for ever for them on a network that has none.
 */
function takeOffPorts(generic: GenericContainer, network: string | undefined): void {
  generic['exposedPorts'] = [];
  generic['hostConfig'].PortBindings = {};
  if (network !== undefined || generic['networkMode'] === undefined) generic.withNetworkMode(network ?? 'none');
}

interface Hooks {
  beforeContainerCreated(): void;
  containerCreated(id: string): void;
  containerStarting(): Promise<void>;
}

/** testcontainers' hooks are methods for its modules to override, which some do: theirs come first. */
function addHooks(generic: GenericContainer, hooks: Hooks): void {
  const { beforeContainerCreated, containerCreated, containerStarting } = {
    beforeContainerCreated: generic['beforeContainerCreated'],
    containerCreated: generic['containerCreated'],
    containerStarting: generic['containerStarting'],
  };
  generic['beforeContainerCreated'] = async () => {
    await beforeContainerCreated?.call(generic);
    hooks.beforeContainerCreated();
  };
  generic['containerCreated'] = async (id) => {
    hooks.containerCreated(id);
    await containerCreated?.call(generic, id);
  };
  generic['containerStarting'] = async (inspected, reused) => {
    await containerStarting?.call(generic, inspected, reused);
    if (!reused) await hooks.containerStarting();
  };
}

/** How long an engine may take to notice that a container has ended, in milliseconds. */
const NOTICE_DEADLINE = 2000;
const INTERVAL = 10;

async function takeIn(lab: Lab, engine: DockerEngine, name: string, id: string, using: Testcontainers) {
  const call = `lab.container(${show(name)})`;
  const { container: api } = using.client;
  const deadline = now() + NOTICE_DEADLINE;
  for (;;) {
    const { State } = await api.inspect(api.getById(id));
    // The caller is told why.
    if (!State.Running) throw new Error(`${call}: the container has ended`);
    const netns = namespaceOf(engine.procOf(State.Pid), id);
    if (netns) {
      const open = () => openContainer(new Container(lab, name, id), netns);
      return engineOf(lab).addNamespace('container', name, open);
    }
    if (now() > deadline) {
      throw new UsageError(
        `${call}: the engine (${engine.host}) says process ${State.Pid}, which is not the container's here: it must run ` +
          'on this machine, and count processes as this one does',
      );
    }
    await sleep(INTERVAL);
  }
}

function openContainer(container: Container, netns: NetNamespace): Container {
  openNamespace(container, netns);
  // Docker turns it off where its own network has none; what it gave the container stays as it is.
  for (const device of ['default', 'lo']) writeSysctlIn(container, `net.ipv6.conf.${device}.disable_ipv6`, 0);
  return container;
}

/** What a container that has ended said; undefined of one that runs. */
async function whyEnded(name: string, id: string, { client: { container: api } }: Testcontainers) {
  const { State } = await api.inspect(api.getById(id));
  if (State.Running) return undefined;
  const logs = harmless((await text(await api.logs(api.getById(id)))).trimEnd());
  return new Error(`lab.container(${show(name)}): the container has ended, with exit code ${State.ExitCode}:\n${logs}`);
}

/** A container's network namespace by its process; undefined where that has ended, or is not the container's. */
function namespaceOf(process: string, id: string): NetNamespace | undefined {
  let handle: NetNamespace | undefined;
  try {
    handle = NetNamespace.open(`${process}/ns/net`);
    // Read second: a process that is the container's now was it before.
    if (readFileSync(`${process}/cgroup`, 'utf8').includes(id)) return handle;
  } catch {
    // Ended meanwhile, or never there.
  }
  handle?.close();
  return undefined;
}
