import { wrongOption } from '../base/validate.ts';
import { Namespace } from '../lab/index.ts';

/** Checks the namespace in which a program is to run. */
export function checkNode(call: string, node: unknown, role: 'node' | 'router' = 'node'): asserts node is Namespace {
  if (!(node instanceof Namespace))
    throw wrongOption(call, 'node', `a namespace of a lab, which plays the ${role}`, node);
}

/** Checks the namespace that a node is to attach to its network. */
export function checkContainer(call: string, node: Namespace, container: unknown): asserts container is Namespace {
  if (!(container instanceof Namespace) || container.lab !== node.lab)
    throw wrongOption(call, 'container', "a namespace of the node's lab", container);
}
