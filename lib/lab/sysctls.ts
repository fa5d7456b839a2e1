import { KernelError } from '../kernel/kernel-error.ts';
import { readSysctl, readSysctls, writeSysctl } from '../kernel/sysctl.ts';
import { show, UsageError } from '../kernel/validate.ts';
import { whyRefused } from '../kernel/why-no-namespaces.ts';
import type { Namespace } from './namespace.ts';
import { change, watcher, words } from './watcher.ts';

/** The sysctls of a namespace's network, as `sysctl` has them: `net.ipv4.ip_forward`. */
export class Sysctls {
  readonly #namespace: Namespace;
  readonly #written = new Set<string>();

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Reads one. Where a device's name has a dot, slashes separate: `net/ipv4/conf/eth0.1/forwarding`.
   *
   * @example router.sysctl.get('net.ipv4.ip_forward') // '1'
   */
  get(name: string): string {
    this.#namespace.checkOpen('sysctl.get');
    watcher()?.asked();
    checkName(`${this.#namespace.name}.sysctl.get`, name);
    return this.#access('get', name, () => readSysctl(this.#namespace.handle, name));
  }

  /**
   * Writes one.
   *
   * @throws KernelError `EINVAL` for a value that the kernel does not take there
   */
  set(name: string, value: string | number): void {
    change(
      () => `${this.#namespace}.sysctl.set(${words(name, value)})`,
      () => this.#set(name, value),
      undefined,
    );
  }

  #set(name: string, value: string | number): void {
    this.#namespace.checkOpen('sysctl.set');
    checkName(`${this.#namespace.name}.sysctl.set`, name);
    checkValue(`${this.#namespace.name}.sysctl.set`, value);
    this.#access('set', name, () => writeSysctl(this.#namespace.handle, name, value), value);
    this.#written.add(name);
  }

  /**
   * Writes what a lab overrides of the kernel's defaults: no change of a spec's.
   *
   * @internal
   */
  give(name: string, value: string): void {
    this.#access('set', name, () => writeSysctl(this.#namespace.handle, name, value), value);
  }

  /** The names that a spec has written. */
  get written(): ReadonlySet<string> {
    return this.#written;
  }

  #access<T>(method: 'get' | 'set', name: string, access: () => T, value?: string | number): T {
    const call = `${this.#namespace.name}.sysctl.${method}`;
    try {
      return access();
    } catch (error) {
      const { code, errno } = error as NodeJS.ErrnoException;
      if (code === 'ENOENT' || code === 'ENOTDIR')
        throw new UsageError(`${call}: this kernel has no sysctl ${show(name)}`);
      if (code === 'EISDIR')
        throw new UsageError(
          `${call}: name must be that of one sysctl: received ${show(name)}, which has others in it`,
        );
      if (errno === undefined) throw error;
      const written = value === undefined ? '' : `=${value}`;
      throw new KernelError({
        operation: `ip netns exec ${this.#namespace.name} sysctl ${method === 'set' ? '-w ' : ''}${name}${written}`,
        errno: -errno,
        cause: value === undefined ? undefined : this.#causeOf(code, name, value),
      });
    }
  }

  /** Why a write was refused; the kernel itself says nothing. */
  #causeOf(code: string | undefined, name: string, value: string | number): string | undefined {
    const refused = code && whyRefused('sysctl', code);
    if (refused) return refused;
    if (code === 'EACCES' || code === 'EPERM') return `${name} cannot be written in a network namespace of a lab`;
    if (code !== 'EINVAL' && code !== 'ERANGE') return undefined;
    const now = readSysctls(this.#namespace.handle, [name]).get(name);
    const form = now === undefined ? '' : `; it is ${show(now)} now: give it a value of that form`;
    return `the kernel does not take ${show(value)} there${form}`;
  }
}

/** Only `net.` belongs to a network namespace: everything else would change the whole machine. */
function checkName(call: string, name: unknown): void {
  if (typeof name === 'string' && /^net[./][^\0]*$/.test(name) && !name.includes('..')) return;
  throw new UsageError(
    `${call}: name must begin with 'net.', since other sysctls belong to the whole machine: received ${show(name)}`,
  );
}

/** An empty write does nothing, and says nothing (`proc_dointvec`). */
function checkValue(call: string, value: unknown): void {
  if (typeof value === 'number' ? Number.isFinite(value) : typeof value === 'string' && value.trim() !== '') return;
  throw new UsageError(`${call}: value must be a number, or a text that is not empty: received ${show(value)}`);
}
