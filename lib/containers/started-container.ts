import type { Readable } from 'node:stream';

/**
 * What testcontainers has of a running container, `StartedTestContainer`, in types of our own: a user of hairpin
 * without that package has no declarations of it either. Each may stand where the other is wanted.
 */
export interface StartedContainer extends AsyncDisposable {
  exec(command: string | string[], options?: Partial<ContainerExecOptions>): Promise<ContainerExecResult>;
  logs(options?: { since?: number; tail?: number }): Promise<Readable>;
  restart(options?: { timeout?: number }): Promise<void>;
  stop(options?: { timeout?: number; remove?: boolean; removeVolumes?: boolean }): Promise<StoppedContainer>;
  commit(options: ContainerCommitOptions): Promise<string>;
  getId(): string;
  getName(): string;
  getHost(): string;
  getHostname(): string;
  getLabels(): { [label: string]: string };
  getNetworkNames(): string[];
  getNetworkId(network: string): string;
  getIpAddress(network: string): string;
  getFirstMappedPort(): number;
  getMappedPort(port: number, protocol?: string): number;
  getMappedPort(portWithProtocol: `${number}/${'tcp' | 'udp'}`): number;
  copyArchiveFromContainer(path: string): Promise<NodeJS.ReadableStream>;
  copyArchiveToContainer(tar: Readable, target?: string, options?: CopyOptions): Promise<void>;
  copyDirectoriesToContainer(directories: FileToCopy[]): Promise<void>;
  copyFilesToContainer(files: FileToCopy[]): Promise<void>;
  copyContentToContainer(contents: ContentToCopy[]): Promise<void>;
}

/** What testcontainers has of a container that is yet to be started: its `GenericContainer`, or a module of it. */
export interface ContainerDescription {
  start(): Promise<StartedContainer>;
}

interface StoppedContainer {
  getId(): string;
  copyArchiveFromContainer(path: string): Promise<NodeJS.ReadableStream>;
}

interface ContainerExecOptions {
  workingDir: string;
  user: string;
  env: { [variable: string]: string };
}

interface ContainerExecResult {
  output: string;
  stdout: string;
  stderr: string;
  exitCode: number;
}

interface ContainerCommitOptions {
  repo: string;
  tag: string;
  comment?: string;
  author?: string;
  pause?: boolean;
  changes?: string[];
  deleteOnExit?: boolean;
}

interface CopyOptions {
  noOverwriteDirNonDir?: boolean;
  copyUIDGID?: boolean;
}

interface FileToCopy {
  source: string;
  target: string;
  mode?: number;
}

interface ContentToCopy {
  content: string | Buffer | Readable;
  target: string;
  mode?: number;
}
