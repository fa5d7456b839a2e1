import { checked } from '../checked.ts';
import { KernelError } from '../kernel-error.ts';
import { close, errnoName, lastErrno } from '../libc.ts';
import { bpfCommand } from '../tables/bpf-command.ts';

// linux/bpf.h
const BPF_MAP_CREATE = 0;
const BPF_MAP_UPDATE_ELEM = 2;
const BPF_PROG_LOAD = 5;
const BPF_RAW_TRACEPOINT_OPEN = 17;
const BPF_MAP_LOOKUP_AND_DELETE_ELEM = 21;
const BPF_PROG_TYPE_RAW_TRACEPOINT = 17;
const MAP_TYPES = { hash: 1, queue: 22 } as const;

/** More than the signals that come one behind the other. */
const LOAD_ATTEMPTS = 20;

/** A map of the kernel's that a program there writes, and a process reads, or the other way round. */
export class BpfMap implements Disposable {
  readonly fd: number;
  readonly #valueSize: number;

  /** @throws KernelError where the kernel does not let this process have it */
  constructor(
    type: keyof typeof MAP_TYPES,
    { keySize, valueSize, most }: Record<'keySize' | 'valueSize' | 'most', number>,
  ) {
    this.#valueSize = valueSize;
    this.fd = checked('bpf(BPF_MAP_CREATE)', bpfCommand(BPF_MAP_CREATE, [MAP_TYPES[type], keySize, valueSize, most]));
  }

  /** Puts a value under a key. */
  set(key: Buffer, value: Buffer): void {
    checked('bpf(BPF_MAP_UPDATE_ELEM)', bpfCommand(BPF_MAP_UPDATE_ELEM, [this.fd, 0, key, value]));
  }

  /** The oldest value of a queue; undefined where there is none. */
  shift(): Buffer | undefined {
    const value = Buffer.alloc(this.#valueSize);
    if (bpfCommand(BPF_MAP_LOOKUP_AND_DELETE_ELEM, [this.fd, 0, 0, 0, value]) === 0) return value;
    const errno = lastErrno();
    if (errnoName(errno) === 'ENOENT') return undefined;
    throw new KernelError({ operation: 'BPF_MAP_LOOKUP_AND_DELETE_ELEM', errno });
  }

  [Symbol.dispose](): void {
    close(this.fd);
  }
}

/** A program of the kernel's that runs whenever a tracepoint is met, as long as it is not disposed of. */
export class TracepointProgram implements Disposable {
  readonly #fds: readonly number[];

  /**
   * @param code of instructions of eight bytes
   * @throws KernelError where the kernel does not let this process have it, or has no such tracepoint
   */
  constructor(tracepoint: string, code: Buffer) {
    const license = Buffer.from('GPL\0');
    const load = [BPF_PROG_TYPE_RAW_TRACEPOINT, code.length / 8, code, license] as const;
    const program = checked('bpf(BPF_PROG_LOAD)', loadProgram(load));
    try {
      const attached = bpfCommand(BPF_RAW_TRACEPOINT_OPEN, [Buffer.from(`${tracepoint}\0`), program]);
      this.#fds = [checked('bpf(BPF_RAW_TRACEPOINT_OPEN)', attached), program];
    } catch (error) {
      close(program);
      throw error;
    }
  }

  [Symbol.dispose](): void {
    for (const fd of this.#fds) close(fd);
  }
}

/** The verifier gives up when a signal comes, a child's end for example (`do_check`, EAGAIN). Then it is asked again. */
function loadProgram(load: readonly (number | Buffer)[]): number {
  for (let attempt = 1; ; attempt++) {
    const result = bpfCommand(BPF_PROG_LOAD, load);
    if (result >= 0 || attempt >= LOAD_ATTEMPTS || errnoName(lastErrno()) !== 'EAGAIN') return result;
  }
}
