import { UsageError } from '../../base/validate.ts';
import { onceInThread } from '../../kernel/threads/once-in-thread.ts';
import type { Events, Heard } from '../events.ts';
import type { Interface } from '../interface.ts';
import type { Lab } from '../lab.ts';
import type { Namespace } from '../namespace.ts';
import type { Switch } from '../switch.ts';
import type { Uplink } from '../uplink.ts';
import type { InterfaceEngine } from './interface-engine.ts';
import type { LabEngine } from './lab-engine.ts';
import type { NamespaceEngine } from './namespace-engine.ts';
import type { SwitchEngine } from './switch-engine.ts';
import type { UplinkEngine } from './uplink-engine.ts';

const engines = onceInThread('engines', () => new WeakMap<object, object>());

/**
 * The engine behind a handle: its descriptors, its sockets, its bookkeeping. A spec holds handles, which have public members only.
 * All layers of the library may ask for the engine; no entry point exports this file.
 *
 * @throws UsageError for a handle that was made by its constructor
 * @example engineOf(ns1).netns.run(() => …)
 */
export function engineOf(handle: Interface): InterfaceEngine;
export function engineOf(handle: Lab): LabEngine;
export function engineOf(handle: Switch): SwitchEngine;
export function engineOf(handle: Namespace): NamespaceEngine;
export function engineOf(handle: Uplink): UplinkEngine;
export function engineOf(handle: Events): Heard;
export function engineOf(handle: Namespace | Uplink): NamespaceEngine | UplinkEngine;
export function engineOf(handle: object): unknown {
  const engine = engines.get(handle);
  if (engine === undefined)
    throw new UsageError(
      `a ${handle.constructor.name} made by its constructor belongs to no lab: make it by a method of a lab or of a namespace`,
    );
  return engine;
}

/** The engine behind a value; undefined if the value is not a handle of a lab. */
export function engineIfAny(value: unknown): unknown {
  return engines.get(value as object);
}

/** The engines of several namespaces, such as `readNetwork` takes them. */
export function enginesOf(namespaces: readonly Namespace[]): NamespaceEngine[] {
  return namespaces.map((namespace) => engineOf(namespace));
}

/** Gives a new handle its engine. */
export function setEngine(handle: Interface, engine: InterfaceEngine): void;
export function setEngine(handle: Lab, engine: LabEngine): void;
export function setEngine(handle: Namespace, engine: NamespaceEngine): void;
export function setEngine(handle: Uplink, engine: UplinkEngine): void;
export function setEngine(handle: Events, engine: Heard): void;
export function setEngine(handle: object, engine: object): void {
  engines.set(handle, engine);
}
