import { isDeepStrictEqual } from 'node:util';
import { KernelError } from '../kernel/kernel-error.ts';
import { NetNamespace } from '../kernel/net-namespace.ts';
import { whyMissing } from '../kernel/why-no-namespaces.ts';
import { ipLink } from '../netlink/link.ts';
import { NetlinkSocket } from '../netlink/socket.ts';
import type { Lower } from './link-description.ts';
import type { LinkKind } from './link-kind.ts';
import { makeLink } from './make-link.ts';
import type { Settings } from './setting.ts';
import { veth } from './veth.ts';

const PARENT = 100;

const known = new Map<string, boolean>();

type Values = Readonly<Record<string, unknown>>;

/** Whether the running kernel has a kind of links, with these settings: tried once a process. Loads the module where it can. */
export function hasLink(kind: LinkKind, settings: object = {}): boolean {
  const key = `${kind.kind} ${JSON.stringify(settings)}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const has = succeeds(kind, settings);
  known.set(key, has);
  return has;
}

function succeeds(kind: LinkKind, settings: object): boolean {
  try {
    return ignoredSettings(kind, settings as Values, tryLink(kind, settings)).length === 0;
  } catch (error) {
    const { making, refusesTrial } = kind.description;
    if (error instanceof KernelError && ['EOPNOTSUPP', ...(making?.missing ?? [])].includes(error.code)) return false;
    if (error instanceof KernelError && error.code === refusesTrial) return true;
    throw error;
  }
}

/**
 * Makes one link of a kind in a namespace that is gone when this returns.
 *
 * @returns its settings, as the kernel has them
 */
export function tryLink(kind: LinkKind<string, Settings, Lower>, settings: object = {}): Values {
  using namespace = NetNamespace.create();
  using rtnetlink = namespace.run(() => new NetlinkSocket());
  const hasLower = kind.lower !== 'none';
  const peerOf = (index: number) => ({ peer: { index: index + 1, name: `peer${index}`, netns: namespace.fd } });
  if (hasLower) rtnetlink.change(ipLink.add({ index: PARENT, name: 'parent', ...veth.as(peerOf(PARENT)) }));
  const index = PARENT + 2;
  const { trial = {} } = kind.description;
  const data = { ...kind.defaults, ...trial, ...settings, ...(kind.end === 'peer' ? peerOf(index) : {}) };
  const link = hasLower ? { link: PARENT } : {};
  makeLink({ netns: namespace, rtnetlink }, kind, { index, name: 'trial', ...link }, data);
  return kind.of(rtnetlink.get(ipLink.get({ index })));
}

/**
 * Which settings of a link the running kernel takes no notice of.
 *
 * @param got what the kernel says of a link that was made with them
 */
export function ignoredSettings(kind: LinkKind, asked: Values, got: Values): string[] {
  const others = Object.keys(asked).filter((name) => isOther(kind, name, asked[name], got[name]));
  // It may have been rounded, or written in another way. Ignored is what makes no difference.
  return others.filter((name) => {
    try {
      const { [name]: _, ...rest } = asked;
      return isDeepStrictEqual(tryLink(kind, asked)[name], tryLink(kind, rest)[name]);
    } catch (error) {
      if (error instanceof KernelError) return false;
      throw error;
    }
  });
}

/** A kernel without a setting has it off. */
function isOther(kind: LinkKind, name: string, asked: unknown, got: unknown): boolean {
  if (asked === undefined || (asked === false && got === undefined)) return false;
  const option = kind.told.get(name);
  if (!option || option.isDevice || kind.apart.includes(name)) return false;
  return !isDeepStrictEqual(asked, got);
}

/** The usual cause of EOPNOTSUPP where a link was to be made (`rtnl_newlink`: no `rtnl_link_ops` of that name). */
export function missingLink(kind: LinkKind): string {
  return whyMissing(kind.kind, kind);
}
