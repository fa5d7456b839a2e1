import type { LinkKind } from '../links/link-kind.ts';
import { kindOf, USUAL_PAIR } from '../links/registry.ts';
import { Ref } from './call.ts';
import { endOf, isPair, type Mapping, type Path, type Topology } from './topology.ts';

/** A device that a topology says something of: a link with one end, or one end of a cable. */
export interface Device {
  /** `host/up0`, or `host` where the lab names it. */
  readonly name: string;
  readonly options: Mapping;
  readonly path: Path;
  readonly kind: LinkKind | undefined;
}

export function devicesOf({ links }: Topology): Device[] {
  return (links ?? []).flatMap((link, at) => {
    const ends: [Mapping, Path][] = isPair(link)
      ? (['a', 'b'] as const).map((which) => [endOf(link, which), ['links', at, which]])
      : [[link, ['links', at]]];
    // Only a pair may have none.
    const kind = kindOf({ kind: String(link['kind'] ?? USUAL_PAIR) });
    return ends.map(([options, path]) => ({ name: String(options['name']), options, path, kind }));
  });
}

/** The device, as the object of a call. */
export function refTo({ name, path }: Device): Ref {
  return new Ref(name, path, { isMadeThere: true });
}
