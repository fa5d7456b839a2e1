import type { Cause, CauseFacts, Code } from '../model/cause.ts';

/** The facts of most codes that name the devices and namespaces whose setting is the cause. */
const COMMON_FACTS: readonly string[] = ['device', 'port', 'ingress', 'egress', 'namespace', 'down', 'asked'];

/** Further ones of some codes. */
const FURTHER_FACTS: { readonly [C in Code]?: readonly (keyof CauseFacts[C])[] } = {
  'bridge.vlan': ['pvidOf'],
  'hsr.other-protocol': ['other'],
  'link.mtu': ['where'],
  'link.unconnected': ['from'],
  'macvlan.no-queue': ['parent'],
  'macvlan.parent': ['parent'],
  'macvlan.siblings': ['sibling', 'parent'],
  'tunnel.not-taken': ['nearest'],
  'tunnel.refused': ['by'],
  'ipvlan.private': ['sibling', 'parent'],
  'ipvlan.parent-host': ['parent'],
  'neighbour.other-device': ['owner'],
  'neighbour.old-mac': ['entry'],
  'address.gone': ['holder'],
};

/** Of a fact that is an object: who asks for a neighbour, which end is down, whose neighbour entry it is. */
const NESTED_FACTS: readonly string[] = ['device', 'namespace', 'by'];

/**
 * The devices (`sw/p0`) and namespaces (`sw`) whose setting is a cause, by name. The namespace of each device is among them.
 *
 * @example culpritsOf({ code: 'bridge.isolated', facts: { ingress: 'sw/p0', egress: 'sw/p1' } }) // sw/p0, sw/p1, sw
 */
export function culpritsOf({ code, facts }: Cause): string[] {
  const more: readonly string[] = FURTHER_FACTS[code] ?? [];
  const ofLost = 'lost' in facts && typeof facts.lost === 'object' ? culpritsOf(facts.lost.cause) : [];
  const names = [...namesOf(facts, (key) => COMMON_FACTS.includes(key) || more.includes(key)), ...ofLost];
  const namespaces = names.filter((name) => name.includes('/')).map((name) => name.slice(0, name.indexOf('/')));
  return [...new Set([...names, ...namespaces])];
}

function namesOf(facts: object, isWanted: (key: string) => boolean): string[] {
  return Object.entries(facts).flatMap(([key, value]: [string, unknown]) => {
    if (!isWanted(key)) return [];
    if (typeof value === 'string') return [value];
    return typeof value === 'object' && value !== null ? namesOf(value, (each) => NESTED_FACTS.includes(each)) : [];
  });
}
