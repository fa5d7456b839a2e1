import { execa } from 'execa';
import { show, UsageError, wrongOption } from '../base/validate.ts';
import { dieWithParentCommand } from '../kernel/namespaces/own-namespaces.ts';
import { findProgram } from '../kernel/programs/find-program.ts';
import type { ExecOptions, Namespace, Subprocess } from '../lab/index.ts';
import { describeFailure } from '../lab/programs/exec-failure.ts';

/** The Docker engine that a lab's containers run in: the lab's own, or that of `DOCKER_HOST`. */
export abstract class DockerEngine {
  /** The path of its socket, valid for every process of this machine's root. */
  readonly socketPath: string;

  constructor(socketPath: string) {
    this.socketPath = socketPath;
  }

  /** Its address, in the words of `DOCKER_HOST`: `unix:///…/docker.sock`. */
  get host(): string {
    return `unix://${this.socketPath}`;
  }

  /**
   * The namespace that the engine is in. The parents of Docker's macvlan networks are here.
   *
   * @throws UsageError for the engine of `DOCKER_HOST`, which is in the host's own network
   */
  abstract readonly namespace: Namespace;

  /** The label that a container of this lab has. */
  abstract readonly labels: Record<string, string>;

  /** Where `/proc` has a process that the engine speaks of: it may count them by a PID namespace of its own. */
  abstract procOf(pid: number): string;

  /** Ends it, or what this lab has in it. */
  abstract close(): Promise<void>;

  /**
   * Runs the command `docker` with this engine.
   *
   * @throws UsageError when there is no such program
   * @example await docker.cli(['network', 'create', '-d', 'macvlan', '-o', 'parent=up0', 'net'])
   */
  cli(args: readonly string[], options: ExecOptions = {}): Subprocess {
    if (!Array.isArray(args) || args.some((arg) => typeof arg !== 'string')) {
      throw wrongOption('docker.cli', 'args', 'a list of strings, one an argument', args);
    }
    const program = findProgram('docker');
    if (!program) {
      throw new UsageError(
        "docker.cli: there is no program 'docker' on the PATH: apt-get install docker.io (from Debian 13 on: docker-cli)",
      );
    }
    const prefix = dieWithParentCommand();
    const [command = program, ...rest] = [...prefix, program, '--host', this.host, ...args];
    const place = {};
    Error.captureStackTrace(place, this.cli);
    const text = { killSignal: 'SIGKILL', ...options, encoding: 'utf8' } as { encoding: 'utf8' };
    const subprocess = execa(command, rest, text);
    const words = `docker.cli([${args.map(show).join(', ')}])`;
    const describe = (result: unknown) => describeFailure(result, { words, prefix, place });
    // The first to hear of it: each other one has the failure as it is told here.
    subprocess.then(describe, describe);
    return subprocess;
  }
}
