import { setFrames, spotOf } from '../base/own-frames.ts';
import { show, UsageError } from '../base/validate.ts';
import { now } from '../kernel/clock.ts';
import { registerEnd } from '../lab/engines/end-lab.ts';
import { Lab, type LabOptions } from '../lab/index.ts';
import { framesOf, registerWait } from '../lab/programs/waits.ts';
import type { Container } from './container.ts';
import type { DockerEngine } from './docker-engine.ts';
import { EngineAtHand } from './engine-at-hand.ts';
import type { ContainerImage } from './image.ts';
import { PrivateEngine } from './private-engine.ts';
import { type ContainerOptions, checkContainer, startContainer } from './start-container.ts';
import { dockerHost, leave, loadTestcontainers } from './testcontainers.ts';
import { whyNoContainers, whyNoEngine } from './why-no-engine.ts';

export interface ContainerLabOptions extends LabOptions {
  /** Called if there is no engine, with the reason and how to get one; a test skips. @default throws an Error */
  withoutEngine?: (reason: string) => never;
}

/** A lab that containers may be part of. */
export class ContainerLab extends Lab {
  readonly #withoutEngine: (reason: string) => never;
  #engine: Promise<DockerEngine> | undefined;
  #ending: Promise<void> | undefined;

  constructor({ withoutEngine = refuse, ...options }: ContainerLabOptions = {}) {
    super(options);
    this.#withoutEngine = withoutEngine;
  }

  /**
   * Starts a container that is a namespace of the lab, and waits until it is ready, by testcontainers' wait strategies.
   * It is removed with the lab, whatever happens to the test process.
   *
   * @throws UsageError for a wrong option, or without the package testcontainers; Error when the container ends instead
   * @example
   * const web = await lab.container('web', 'nginx:alpine');
   * lab.cable(web, sw);
   * await expect(client).toReach(web, { by: 'tcp', port: 80 });
   */
  async container(name: string, image: ContainerImage, options: ContainerOptions = {}): Promise<Container> {
    checkContainer(this, name, image, options);
    const frames = framesOf(this.container);
    const started = this.#startContainer(name, image, options).catch((error: unknown) => {
      // What comes from an import has no frame of the spec.
      if (error instanceof UsageError && spotOf(error.stack ?? '') === undefined) setFrames(error, frames);
      throw error;
    });
    const words = `lab.container(${show(name)}, …)`;
    const state = () => ['It waits until the container is ready, by its wait strategy.'];
    registerWait({ lab: this, words, frames, isAwaited: true, since: now(), state }, started);
    return started;
  }

  /**
   * The engine of this lab, started at the first call: the one that `DOCKER_HOST` names, else one of its own, in a
   * namespace `docker` of the lab.
   */
  docker(): Promise<DockerEngine> {
    this.#engine ??= this.#start();
    return this.#engine;
  }

  override close(): Promise<void> {
    this.#ending ??= registerEnd(this, this.#end());
    return this.#ending;
  }

  async #startContainer(name: string, image: ContainerImage, options: ContainerOptions): Promise<Container> {
    // Before an engine is started for nothing.
    await loadTestcontainers();
    return startContainer(this, await this.docker(), name, image, options);
  }

  async #start(): Promise<DockerEngine> {
    const atHand = dockerHost();
    const reason = atHand ? whyNoContainers() : whyNoEngine();
    if (reason !== undefined) this.#withoutEngine(reason);
    if (atHand) return new EngineAtHand(atHand);
    return PrivateEngine.start(this.namespace('docker'));
  }

  async #end(): Promise<void> {
    const results = await Promise.allSettled([this.#endEngine()]);
    // The engine first: the lab would kill it in the middle of whatever it is doing.
    results.push(...(await Promise.allSettled([super.close()])));
    const errors = results.flatMap((result) => (result.status === 'rejected' ? [result.reason] : []));
    if (errors.length > 0) throw new AggregateError(errors, errors.map(String).join('; '));
  }

  async #endEngine(): Promise<void> {
    // One that could not be started has told its caller.
    const engine = await this.#engine?.catch(() => undefined);
    if (!engine) return;
    leave(engine);
    await engine.close();
  }
}

function refuse(reason: string): never {
  throw new Error(`no Docker engine: ${reason}`);
}
