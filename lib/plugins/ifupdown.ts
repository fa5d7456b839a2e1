import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { hideOwnFrames } from '../base/own-frames.ts';
import { wrongOption } from '../base/validate.ts';
import { harmless } from '../base/visible-text.ts';
import { findProgram } from '../kernel/programs/find-program.ts';
import { type Interface, type Namespace, UsageError } from '../lab/index.ts';
import { checkNode } from './check-namespace.ts';
import { nodeState } from './node-state.ts';

/** ifup or ifdown failed; what it printed is in the message. */
export class IfupdownError extends Error {
  override readonly name = 'IfupdownError';

  constructor(message: string) {
    super(harmless(message));
    hideOwnFrames(this);
  }
}

/**
 * Debian's ifupdown on a node, with a text as in `/etc/network/interfaces`. Its state is the lab's own, and the machine's
 * hooks (`/etc/network/if-up.d`) are not run.
 *
 * @throws UsageError when it is not installed
 * @example
 * const net = ifupdown(host, `
 * iface mv1 inet static
 *   address 10.0.0.101/24
 *   pre-up ip link add mv1 link up0 type macvlan mode vepa
 *   post-down ip link del mv1
 * `);
 * const [mv1] = await net.up(['mv1']);
 */
export function ifupdown(node: Namespace, interfaces: string): Ifupdown {
  checkNode('ifupdown', node);
  if (typeof interfaces !== 'string' || /^\/\S*$/.test(interfaces))
    throw wrongOption('ifupdown', 'interfaces', "a file's text, such as readFileSync(file, 'utf8')", interfaces);
  if (!findProgram('ifup')) throw new UsageError("ifupdown: there is no program 'ifup' on the PATH; install ifupdown");
  const folder = mkdtempSync(join(nodeState(node), 'ifupdown-'));
  mkdirSync(join(folder, 'state'));
  writeFileSync(join(folder, 'interfaces'), interfaces);
  return new Ifupdown(node, folder);
}

/** What {@link ifupdown} returns. */
export class Ifupdown {
  readonly node: Namespace;
  readonly #folder: string;

  constructor(node: Namespace, folder: string) {
    this.node = node;
    this.#folder = folder;
  }

  /**
   * `ifup` of each, in their order.
   *
   * @returns their interfaces, as far as they are on the node; a file may move some elsewhere
   * @throws IfupdownError when it fails
   */
  async up(names: readonly string[]): Promise<Interface[]> {
    for (const name of names) await this.#run('ifup', name);
    return this.node.interfaces.filter(({ name }) => names.includes(name));
  }

  /**
   * `ifdown` of each, in their order.
   *
   * @throws IfupdownError when it fails
   */
  async down(names: readonly string[]): Promise<void> {
    for (const name of names) await this.#run('ifdown', name);
  }

  async #run(program: string, name: string): Promise<void> {
    const places = ['--interfaces', join(this.#folder, 'interfaces'), '--state-dir', join(this.#folder, 'state')];
    const { exitCode, all } = await this.node.exec(program, [...places, '--no-scripts', name], {
      reject: false,
      all: true,
    });
    this.node.lab.discover();
    if (exitCode !== 0) throw new IfupdownError(`${program} ${name} on ${this.node}: exit code ${exitCode}\n${all}`);
  }
}
