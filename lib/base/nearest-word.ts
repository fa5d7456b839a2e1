/** The known word that a misspelt one most likely means; undefined if none is near. */
export function nearestWord(word: string, known: readonly string[]): string | undefined {
  const scored = known.map((each) => ({ each, distance: editDistance(word.toLowerCase(), each.toLowerCase()) }));
  const [best] = scored.sort((one, other) => one.distance - other.distance);
  return best && best.distance <= Math.max(2, Math.floor(word.length / 3)) ? best.each : undefined;
}

/** Words of other tools, each with hairpin's for the same thing: which of these it is depends on the call. */
const SYNONYMS: Readonly<Record<string, readonly string[]>> = {
  addr: ['address'],
  addresses: ['address'],
  bindir: ['path'],
  brd: ['broadcast'],
  count: ['copies'],
  destination: ['to'],
  downtime: ['gap'],
  dsfield: ['tos'],
  dst: ['to', 'destination'],
  ether: ['mac'],
  fwmark: ['mark'],
  gateway: ['via'],
  gw: ['via'],
  hwaddr: ['mac'],
  iface: ['dev', 'parent'],
  ifname: ['name'],
  interface: ['dev', 'parent'],
  ip: ['address', 'to'],
  ipv4: ['family', 'address'],
  ipv6: ['family', 'address'],
  latency: ['delay'],
  link: ['parent'],
  lookup: ['table'],
  mac: ['lladdr'],
  mngtmpaddr: ['managesTemporary'],
  nexthop: ['via'],
  nic: ['parent'],
  nud: ['state'],
  oif: ['dev'],
  outage: ['gap'],
  packetloss: ['loss'],
  permanent: ['state'],
  pref: ['priority'],
  preference: ['priority', 'pref'],
  preferredlft: ['lifetime'],
  proto: ['by'],
  protocol: ['by', 'proto'],
  querier: ['mcastQuerier'],
  rule: ['comment'],
  runtimeconfig: ['capabilities'],
  snooping: ['mcastSnooping'],
  source: ['from'],
  src: ['from', 'source'],
  timeout: ['within', 'gap'],
  validlft: ['lifetime'],
  via: ['through'],
  vid: ['id'],
  vlanaware: ['vlanFiltering'],
  vlans: ['vlanFiltering'],
  vni: ['id'],
  within: ['gap'],
};

/** The known word for what another tool calls so: `via` for `gateway`, where a call knows it. */
export function synonymOf(word: string, known: readonly string[]): string | undefined {
  const name = word.toLowerCase().replaceAll(/[_-]/g, '');
  return Object.hasOwn(SYNONYMS, name) ? SYNONYMS[name]?.find((each) => known.includes(each)) : undefined;
}

/** How many characters must be added, removed or replaced (Levenshtein), row by row. */
export function editDistance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (const [line, character] of [...one].entries()) {
    const next = [line + 1];
    for (const [column, wanted] of [...other].entries()) {
      const replaced = (row[column] as number) + (character === wanted ? 0 : 1);
      next.push(Math.min(replaced, (row[column + 1] as number) + 1, (next[column] as number) + 1));
    }
    row = next;
  }
  return row[other.length] as number;
}
