import { UsageError } from '../../base/validate.ts';
import type { ListChanges } from '../../links/link-description.ts';
import type { LinkKind } from '../../links/link-kind.ts';
import { ipLink } from '../../netlink/link.ts';
import { engineOf } from '../engines/engine.ts';
import { change } from '../engines/watcher.ts';
import type { Interface } from '../interface.ts';

/** A list among a link's settings, such as the addresses that a `source` macvlan hears (`… type macvlan macaddr`). */
export class MemberList {
  readonly #device: Interface;
  readonly #kind: LinkKind;
  readonly #name: string;
  readonly #changes: ListChanges;

  constructor(device: Interface, kind: LinkKind, name: string, changes: ListChanges) {
    this.#device = device;
    this.#kind = kind;
    this.#name = name;
    this.#changes = changes;
  }

  add(member: string): void {
    this.#change('add', member);
  }

  /** Deleting a member that is not on the list does what the kernel does: of a macvlan nothing. */
  delete(member: string): void {
    this.#change('delete', member);
  }

  /** Empties the list: the macvlan hears nobody. */
  flush(): void {
    change(`${this.#path}.flush`, this.#device, [], () => this.#send(this.#changes.flush()));
  }

  /** Replaces the whole list. */
  set(members: readonly string[]): void {
    change(`${this.#path}.set`, this.#device, [members], (call) => {
      if (members === undefined) throw new UsageError(`${call}: ${this.#name} must be given: ${this.#changes.members}`);
      this.#kind.options.get(this.#name)?.check(call, this.#name, members);
      this.#send(this.#changes.set(members));
    });
  }

  /** The list as the kernel has it. */
  list(): string[] {
    const settings: Record<string, unknown> = this.#kind.of(this.#device.state());
    return settings[this.#name] as string[];
  }

  get #path(): string {
    return `${this.#device}.${this.#name}`;
  }

  #change(how: 'add' | 'delete', member: string): void {
    change(`${this.#path}.${how}`, this.#device, [member], (call) => {
      this.#changes.check(call, this.#changes.member, member);
      this.#send(this.#changes[how](member));
    });
  }

  #send(data: object): void {
    const device = this.#device;
    const { kind, description } = this.#kind;
    const { rtnetlink } = engineOf(device.namespace);
    rtnetlink.change(ipLink.change({ index: device.index, kind, data }, description.causes?.settings));
  }
}
