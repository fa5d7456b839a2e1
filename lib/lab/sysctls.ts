import { readSysctl, writeSysctl } from '../kernel/sysctl.ts';
import type { Namespace } from './namespace.ts';
import { show, UsageError } from './validate.ts';
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
    watcher()?.asked();
    checkName(`${this.#namespace.name}.sysctl.get`, name);
    return known(`${this.#namespace.name}.sysctl.get`, name, () => readSysctl(this.#namespace.handle, name));
  }

  /** Writes one. */
  set(name: string, value: string | number): void {
    change(
      () => `${this.#namespace}.sysctl.set(${words(name, value)})`,
      () => this.#set(name, value),
      undefined,
    );
  }

  #set(name: string, value: string | number): void {
    checkName(`${this.#namespace.name}.sysctl.set`, name);
    known(`${this.#namespace.name}.sysctl.set`, name, () => writeSysctl(this.#namespace.handle, name, value));
    this.#written.add(name);
  }

  /** The names that were written. */
  get written(): ReadonlySet<string> {
    return this.#written;
  }
}

function known<T>(call: string, name: string, access: () => T): T {
  try {
    return access();
  } catch (error) {
    const missing = error instanceof Error && 'code' in error && error.code === 'ENOENT';
    if (missing) throw new UsageError(`${call}: this kernel has no sysctl ${show(name)}`);
    throw error;
  }
}

/** Only `net.` belongs to a network namespace: everything else would change the whole machine. */
function checkName(call: string, name: unknown): void {
  if (typeof name === 'string' && /^net[./]/.test(name) && !name.includes('..')) return;
  throw new UsageError(
    `${call}: name must begin with 'net.', since other sysctls belong to the whole machine: received ${show(name)}`,
  );
}
