import { alignColumns } from '../base/align-columns.ts';
import type { Lab, Namespace } from '../lab/index.ts';
import { isRoutable } from '../netlink/address.ts';
import { askIcmp } from '../probes/ask-icmp.ts';
import { echoLimitOf } from '../probes/echo-limit.ts';
import { reachability } from '../probes/reachability.ts';
import { whyNobodyAnswers } from '../probes/self-question.ts';
import { quietIn } from '../trace/quiescence.ts';
import { FAMILIES, type Family } from '../wire/ip-address.ts';

/** Who reaches whom in a lab, as `toMatchReachability` takes it. */
export interface ReachabilityText {
  readonly family: Family;
  readonly table: string;
}

/**
 * Asks every host of a lab for every other. A dot stands for a pair of which nothing can be said: the question did not leave, or the
 * target would not answer anyway, because it answers neither itself nor a host on its link, or limits its echo replies.
 *
 * @returns undefined for fewer than two hosts with addresses of one version of IP
 */
export async function reachabilityText(lab: Lab): Promise<ReachabilityText | undefined> {
  const family = FAMILIES.find((each) => hostsOf(lab, each).length > 1);
  if (family === undefined) return undefined;
  const hosts = hostsOf(lab, family);
  const quiet = () => quietIn(lab, 'packets');
  const results = await reachability(hosts, { family, wanted: () => true, quiet });
  const silent = await Promise.all(
    hosts.map((to, column) =>
      isSilent(
        hosts,
        to,
        results.map((row) => row[column]?.address),
        family,
      ),
    ),
  );
  const cells = results.map((row) =>
    row.map((result, column) => {
      if (result?.outcome === 'answered') return '✓';
      return result?.outcome === 'lost' && !silent[column] ? '✗' : '.';
    }),
  );
  const names = hosts.map(({ name }) => name);
  const rows = cells.map((row, at) => [names[at] ?? '', ...row]);
  return { family, table: alignColumns([['', ...names], ...rows]).join('\n') };
}

function hostsOf({ namespaces }: Lab, family: Family): Namespace[] {
  return namespaces.filter(
    ({ role, interfaces }) =>
      role !== 'switch' &&
      interfaces.some(({ address }) => address.list().some((each) => each.family === family && isRoutable(each))),
  );
}

async function isSilent(
  hosts: readonly Namespace[],
  to: Namespace,
  addresses: readonly (string | undefined)[],
  family: Family,
): Promise<boolean> {
  const [from, address] = [hosts.find((host) => host !== to), addresses.find((each) => each !== undefined)];
  if (!from || address === undefined) return true;
  if (echoLimitOf(to, family)) return true;
  return (await whyNobodyAnswers({ from, to: { address, namespace: to }, family }, 'icmp', askIcmp)) !== undefined;
}
