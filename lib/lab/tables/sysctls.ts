import { show, UsageError, wrongOption } from '../../base/validate.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Namespace } from '../namespace.ts';
import { readSysctlIn, writeSysctlIn } from './sysctl-access.ts';

/** The sysctls of a namespace's network, as `sysctl` has them: `net.ipv4.ip_forward`. */
export class Sysctls {
  readonly #namespace: Namespace;
  readonly #written = new Set<string>();

  constructor(namespace: Namespace) {
    this.#namespace = namespace;
  }

  /**
   * Reads one. If a device's name has a dot, use slashes: `net/ipv4/conf/eth0.1/forwarding`.
   *
   * @example router.sysctl.get('net.ipv4.ip_forward') // '1'
   */
  get(name: string): string {
    const call = `${this.#namespace}.sysctl.get`;
    ask(call, this.#namespace);
    checkName(call, name);
    return readSysctlIn(this.#namespace, name);
  }

  /**
   * Writes one.
   *
   * @throws KernelError `EINVAL` for a value that the kernel refuses
   */
  set(name: string, value: string | number): void {
    change(`${this.#namespace}.sysctl.set`, this.#namespace, [name, value], (call) => {
      checkName(call, name);
      checkValue(call, value);
      writeSysctlIn(this.#namespace, name, value);
      this.#written.add(name);
    });
  }

  /** The names that the spec wrote. */
  get written(): ReadonlySet<string> {
    return this.#written;
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
  throw wrongOption(call, 'value', 'a number, or a text that is not empty', value);
}
