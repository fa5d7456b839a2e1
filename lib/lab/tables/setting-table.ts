import type { ObjectKind } from '../../state/objects/object-kind.ts';
import { ask, change } from '../engines/watcher.ts';
import type { Namespace } from '../namespace.ts';
import { listEntries, parseObject, send } from './object-table.ts';

/** Settings that a namespace has once, such as the limits of MPTCP. */
export class SettingTable<Options extends object> {
  readonly #namespace: Namespace;
  readonly #kind: ObjectKind;

  constructor(namespace: Namespace, kind: ObjectKind) {
    this.#namespace = namespace;
    this.#kind = kind;
  }

  /** The settings that the kernel has now; undefined if it has none such. */
  get(): Required<Options> | undefined {
    ask(`${this.#of}.get`, this.#namespace);
    const [settings] = listEntries(this.#namespace, this.#kind);
    return settings as Required<Options> | undefined;
  }

  /**
   * Changes the settings. What is left out stays as it is.
   *
   * @throws UsageError for a wrong option; KernelError when the kernel has no such settings
   * @example a.mptcp.limits.set({ subflows: 4 })
   */
  set(options: Options): void {
    change(`${this.#of}.set`, this.#namespace, [options], (call) => {
      const known = Object.keys(this.#kind.fields);
      const whole = typeof options === 'object' ? { ...this.get(), ...options } : options;
      send(
        this.#namespace,
        this.#kind.add(parseObject(call, this.#namespace, this.#kind, whole, { known, isNew: true })),
      );
    });
  }

  get #of(): string {
    return `${this.#namespace}.${this.#kind.table}`;
  }
}
