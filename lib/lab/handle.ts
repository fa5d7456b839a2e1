import { entryOf } from '../base/entry-of.ts';
import type { LinkKind } from '../links/link-kind.ts';
import { kindOf } from '../links/registry.ts';
import { Bridge } from './bridge.ts';
import { deviceAt } from './device-at.ts';
import { setEngine } from './engines/engine.ts';
import { InterfaceEngine, type InterfaceOrigin } from './engines/interface-engine.ts';
import { Interface } from './interface.ts';
import { readApart } from './making/settings-apart.ts';
import { MemberList } from './tables/member-list.ts';
import { FdbInterface } from './tables/remote-fdb.ts';
import { TapInterface } from './tap-interface.ts';

const classes = new WeakMap<LinkKind, typeof Interface>();

/** Makes the object that stands for a device: each setting of its kind is a property. */
export function handleOf(origin: InterfaceOrigin): Interface {
  const device = new (classFor(kindOf(origin)))(origin);
  setEngine(device, new InterfaceEngine(device, origin));
  return device;
}

function classFor(kind: LinkKind | undefined): typeof Interface {
  return kind ? entryOf(classes, kind, () => classOf(kind)) : Interface;
}

function classOf(kind: LinkKind): typeof Interface {
  const { characterDevice, hasPorts, keepsFdb, lists = {} } = kind.description;
  const Base = hasPorts ? Bridge : characterDevice ? TapInterface : keepsFdb ? FdbInterface : Interface;
  const Handle = class extends Base {};
  Object.defineProperty(Handle, 'name', { value: Base.name });
  for (const name of kind.told.keys()) {
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
  const isApart = kind.apart.includes(name);
  const settings: Record<string, unknown> = isApart ? { ...readApart(device, kind) } : kind.of(device.state());
  const value = settings[name];
  const option = kind.options.get(name);
  try {
    option?.check('', name, value);
  } catch {
    throw new Error(`${device}: the kernel says ${name} ${value}, which hairpin does not know`);
  }
  return option?.isDevice ? deviceAt(device.namespace, value) : value;
}
