import { hideMachinesInterfaces } from '../../kernel/namespaces/own-sysfs.ts';
import { checkLabOpen } from '../check-lab-open.ts';
import type { Namespace } from '../namespace.ts';
import { engineOf, enginesOf } from './engine.ts';
import type { LabEngine } from './lab-engine.ts';
import type { NamespaceEngine } from './namespace-engine.ts';

/** Where a spec has run something in a lab: programs may be there that the lab's end must kill. */
export class Visits {
  readonly #lab: LabEngine;
  readonly #visited = new Set<NamespaceEngine>();
  #count = 0;
  #isPathKnown = false;

  constructor(lab: LabEngine) {
    this.#lab = lab;
  }

  /**
   * How often a spec has run something in a namespace, taken its path, or had a fault begin or end there. What is known of
   * programs that have ended is good until the number grows.
   */
  get count(): number {
    return this.#count;
  }

  /** Whether a spec has asked for the path of a namespace. By that path any program may enter it at any time. */
  get isPathKnown(): boolean {
    return this.#isPathKnown;
  }

  /**
   * Registers that a spec runs something in a namespace, which may start programs there.
   *
   * @throws UsageError when the lab is closed or closing: nobody would end the programs
   */
  add(namespace: Namespace, method = 'run'): void {
    checkLabOpen(`${namespace.name}.${method}`, namespace.lab);
    this.#visited.add(engineOf(namespace));
    this.#count++;
    hideMachinesInterfaces();
    this.#lab.programs.reapIn(this.#reachable().map(({ netns }) => netns));
  }

  /**
   * Registers that hairpin itself put something into a namespace that only programs do otherwise: a packet filter, a qdisc,
   * several next hops, somebody who answers for another.
   */
  addFault(): void {
    this.#count++;
  }

  /** Registers that a spec takes the path of a namespace. */
  addPath(namespace: Namespace): void {
    this.add(namespace, 'path');
    this.#isPathKnown = true;
  }

  /** Includes a new namespace: programs that run elsewhere in the lab may enter it. */
  include({ netns, foreign }: NamespaceEngine): void {
    if (this.#visited.size > 0 && !foreign) this.#lab.programs.reapIn([netns]);
  }

  /**
   * Namespaces that a spec's program may be in: from one it may enter any other (`setns`). A foreign namespace counts only
   * after a spec ran something in it.
   */
  #reachable(): NamespaceEngine[] {
    const all = enginesOf(this.#lab.lab.namespaces);
    return all.filter((engine) => !engine.foreign || this.#visited.has(engine));
  }
}
