import type { LinkKind } from '../links/link-kind.ts';
import { kindOf } from '../links/registry.ts';
import { Bridge } from './bridge.ts';
import { Interface, type InterfaceOrigin } from './interface.ts';
import { MemberList } from './member-list.ts';
import { TapInterface } from './tap-interface.ts';

const classes = new WeakMap<LinkKind, typeof Interface>();

/** Makes the object that stands for a device: each setting of its kind is a property. */
export function handleOf(origin: InterfaceOrigin): Interface {
  const kind = kindOf(origin);
  if (!kind) return new Interface(origin);
  const known = classes.get(kind);
  const Handle = known ?? classOf(kind);
  if (!known) classes.set(kind, Handle);
  return new Handle(origin);
}

function classOf(kind: LinkKind): typeof Interface {
  const { characterDevice, hasPorts, lists = {} } = kind.description;
  const Base = hasPorts ? Bridge : characterDevice ? TapInterface : Interface;
  const Handle = class extends Base {};
  Object.defineProperty(Handle, 'name', { value: Base.name });
  for (const name of kind.options.keys()) {
    const changes = lists[name];
    const get = changes
      ? function (this: Interface) {
          return new MemberList(this, kind, name, changes);
        }
      : function (this: Interface) {
          return readSetting(this, kind, name);
        };
    Object.defineProperty(Handle.prototype, name, { get });
  }
  return Handle;
}

/** @throws Error for a word of the kernel's that hairpin does not know: a later kernel may have more of them */
function readSetting(device: Interface, kind: LinkKind, name: string): unknown {
  const settings: Record<string, unknown> = kind.of(device.state());
  const value = settings[name];
  try {
    kind.options.get(name)?.check('', name, value);
  } catch {
    throw new Error(`${device}: the kernel says ${name} ${value}, which hairpin does not know`);
  }
  return value;
}
