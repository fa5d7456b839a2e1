/** In a guest without KVM a daemon takes ten times as long. */
export const SLOW = { within: 120_000 };

/**
 * A keyfile of NetworkManager by its name, as `networkManager` takes it.
 *
 * @param groups lines by their groups; `connection` needs neither id nor type, and a family that is left out is off
 */
export function keyfile(name: string, type: string, groups: Record<string, readonly string[]> = {}) {
  const { connection = [], ...others } = groups;
  const all = {
    connection: [`id=${name}`, `type=${type}`, `interface-name=${name}`, ...connection],
    ...{ ipv4: ['method=disabled'], ipv6: ['method=disabled'], ...others },
  };
  const text = Object.entries(all).map(([group, lines]) => `[${group}]\n${lines.join('\n')}\n`);
  return { [`${name}.nmconnection`]: text.join('\n') };
}

/** What stands in `ipv4` or `ipv6`. */
export const address = (text: string) => ['method=manual', `address1=${text}`];

/** What stands in `connection` of a port. */
export const portOf = (master: string, type: 'bridge' | 'bond') => [`master=${master}`, `slave-type=${type}`];
