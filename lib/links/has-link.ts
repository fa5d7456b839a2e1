import { entryOf } from '../base/entry-of.ts';
import { KernelError } from '../kernel/kernel-error.ts';
import { whyMissing } from '../kernel/namespaces/why-no-namespaces.ts';
import { inNewNamespace, type OpenNamespace } from '../netlink/in-new-namespace.ts';
import { ipLink } from '../netlink/link.ts';
import { ignoredSettings } from './ignored-settings.ts';
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
  return entryOf(known, `${kind.kind} ${JSON.stringify(settings)}`, () => succeeds(kind, settings));
}

function succeeds(kind: LinkKind, settings: object): boolean {
  try {
    return ignoredSettings(kind.rules, settings as Values, tryLink(kind, settings)).length === 0;
  } catch (error) {
    const { making, refusesTrial } = kind.description;
    const refusals = Object.keys(settings).flatMap((name) => kind.options.get(name)?.rules.refusedBy ?? []);
    const missing = ['EOPNOTSUPP', ...refusals, ...(making?.missing ?? [])];
    if (error instanceof KernelError && missing.includes(error.code)) return false;
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
  return inNewNamespace((place) => tryIn(place, kind, settings));
}

function tryIn(place: OpenNamespace, kind: LinkKind<string, Settings, Lower>, settings: object): Values {
  const { netns, rtnetlink } = place;
  const hasLower = kind.lower !== 'none';
  const peerOf = (index: number) => ({ peer: { index: index + 1, name: `peer${index}`, netns: netns.fd } });
  if (hasLower) rtnetlink.change(ipLink.add({ index: PARENT, name: 'parent', ...veth.as(peerOf(PARENT)) }));
  const index = PARENT + 2;
  const data = {
    ...kind.defaults,
    ...trialFor(kind, settings as Values),
    ...settings,
    ...(kind.end === 'peer' ? peerOf(index) : {}),
  };
  const link = hasLower ? { link: PARENT } : {};
  makeLink(place, kind, { index, name: 'trial', ...link }, data);
  return kind.of(rtnetlink.get(ipLink.get({ index })));
}

/** What a link of the kind needs at the least, beside these settings. */
function trialFor({ description, options }: LinkKind<string, Settings, Lower>, settings: Values): Values {
  const isNeeded = (name: string) => {
    const { unless } = options.get(name)?.rules ?? {};
    return unless === undefined || !settings[unless];
  };
  return Object.fromEntries(Object.entries(description.trial ?? {}).filter(([name]) => isNeeded(name)));
}

/** The usual cause of EOPNOTSUPP where a link was to be made (`rtnl_newlink`: no `rtnl_link_ops` of that name). */
export function missingLink(kind: LinkKind): string {
  return whyMissing(kind.kind, kind);
}
