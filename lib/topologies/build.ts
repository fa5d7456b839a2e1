import { isPlainObject } from '../base/plain-object.ts';
import { show, UsageError } from '../base/validate.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { Cable } from '../lab/cable.ts';
import { type Interface, type Lab, LoadedTopology, type Namespace, Switch } from '../lab/index.ts';
import { type Call, Ref } from './call.ts';
import { failUnknownDevice } from './check-topology.ts';
import type { Source } from './source.ts';
import type { Mapping, Path } from './topology.ts';

/**
 * Carries out the calls that build a topology. All is made before the first program is waited for.
 *
 * @throws UsageError and KernelError of the calls, with the place in the file before their words
 */
export async function build(
  lab: Lab,
  calls: readonly Call[],
  source: Source,
  leftOut: readonly string[],
): Promise<LoadedTopology> {
  const namespaces = new Map<string, Namespace>();
  const interfaces = new Map<string, Interface>();
  const cables: Cable[] = [];
  // By the place of the link, or of the end of a cable.
  const made = new Map<string, Interface>();
  const resolve = (ref: Ref): Namespace | Interface => {
    const own = ref.isMadeThere ? made.get(String(ref.path)) : undefined;
    if (own) return own;
    const [namespace = '', device] = ref.name.split('/');
    const node = namespaces.get(namespace);
    if (device === undefined && node) return node;
    const found = interfaces.get(ref.name) ?? (device === 'br0' && node instanceof Switch ? node.br0 : undefined);
    return found ?? failUnknownDevice(source, ref.path, ref.name, [...interfaces.keys()]);
  };
  const keep = (device: Interface, path: Path) => {
    interfaces.set(String(device), device);
    made.set(String(path), device);
  };
  for (const call of calls) {
    const target = call.on ? resolve(call.on) : lab;
    const args = call.args.map((arg) => resolved(arg, resolve));
    try {
      const result = invoke(target, call.method, args);
      if (result instanceof Promise || (call.method === 'exec' && result)) await result;
      else if (result instanceof Cable) {
        cables.push(result);
        keep(result.a, [...call.path, 'a']);
        keep(result.b, [...call.path, 'b']);
      } else if (call.makes === 'namespace') namespaces.set(String(result), result as Namespace);
      else if (call.makes === 'device') keep(result as Interface, call.path);
    } catch (error) {
      if (call.optional && error instanceof KernelError && NOT_THERE.includes(error.code)) continue;
      throw placed(error, source, call);
    }
  }
  return new LoadedTopology(source.name, { namespaces, interfaces, cables, leftOut });
}

/** Without any IPv6 route, its table is not there either (`inet6_rtm_delroute`). */
const NOT_THERE: readonly string[] = ['ESRCH', 'ENOENT'];

/** `route.add` is a method of `route`. */
function invoke(target: object, method: string, args: readonly unknown[]): unknown {
  const names = method.split('.');
  const last = names.pop() ?? '';
  const owner = names.reduce(
    (object, name) => object[name] as Record<string, unknown>,
    target as Record<string, unknown>,
  );
  return (owner[last] as (...args: readonly unknown[]) => unknown).apply(owner, [...args]);
}

function resolved(value: unknown, resolve: (ref: Ref) => unknown): unknown {
  if (value instanceof Ref) return resolve(value);
  if (Array.isArray(value)) return value.map((each) => resolved(each, resolve));
  if (!isPlainObject(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, resolved(each, resolve)]));
}

/** Puts the place of what is wrong before an error's words. */
function placed(error: unknown, source: Source, call: Call): unknown {
  if (!(error instanceof Error)) return error;
  const given = call.args.findLast((arg) => typeof arg === 'object' && arg !== null && !(arg instanceof Ref));
  const place = source.placeOf([...call.path, ...(error instanceof UsageError ? optionIn(error.message, given) : [])]);
  const { message } = error;
  error.message = `${place}: ${message}`;
  error.stack = error.stack?.replace(message, error.message) ?? '';
  return error;
}

/** Which option the words of an error are about: they name it behind the call, as in `a.route.add: nextHops[0]: via must be …`. */
function optionIn(message: string, options: unknown): Path {
  const path: (string | number)[] = [];
  let rest = message.slice(message.indexOf(': ') + 2);
  let here = options;
  for (;;) {
    const [whole = '', key = '', index] = /^(\w+)(?:\[(\d+)\])?:? /.exec(rest) ?? [];
    if (!isMapping(here)) return path;
    if (!Object.hasOwn(here, key)) return [...path, ...inEnd(here, key, message)];
    path.push(key, ...(index === undefined ? [] : [Number(index)]));
    const value = here[key];
    here = index === undefined ? value : (value as readonly unknown[])[Number(index)];
    rest = rest.slice(whole.length);
  }
}

/** Of a cable's ends, the one that has an option of the value that the error shows. */
function inEnd(cable: Mapping, key: string, message: string): Path {
  const end = ['a', 'b'].find((which) => {
    const options = cable[which];
    return isMapping(options) && Object.hasOwn(options, key) && message.endsWith(show(options[key]));
  });
  return end === undefined ? [] : [end, key];
}

function isMapping(value: unknown): value is Mapping {
  return typeof value === 'object' && value !== null;
}
