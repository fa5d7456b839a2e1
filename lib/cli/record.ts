import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { checkNamespaceName, show, UsageError } from '../base/validate.ts';
import { containerPid } from '../containers/container-pid.ts';
import { NetNamespace } from '../kernel/namespaces/net-namespace.ts';
import type { Recorded } from '../topologies/read-namespaces.ts';
import { exitCodes } from './exit-codes.ts';
import { named } from './named.ts';
import { write } from './write.ts';

/** Where `ip netns` keeps its namespaces. */
const NAMED = '/run/netns';

export function recordCommand(): Command {
  return new Command('record')
    .description('reads networks, and writes a spec that builds the same in a lab')
    .argument(
      '[networks...]',
      `names of ${NAMED}, process ids, paths, or Docker containers; name=… gives one another name. Without any, this machine`,
    )
    .option('-o, --output <file>', 'write it to this file; otherwise print it', named)
    .option('--yaml', 'write a topology file for lab.load() instead of a spec, as -o does for a file of .yaml or .yml')
    .addHelpText(
      'after',
      `
Reads links, addresses, routes, rules, neighbours, forwarding entries, VLANs,
packet filters and sysctls. It never looks at traffic, and changes nothing.
Cables between the networks that it reads stay cables. A real NIC, or a cable to
another network, becomes a cable to a stand-in, and a comment says so. The spec
asserts who reaches whom, as a lab of that network answers.

  hairpin record blue red -o office.test.ts
  hairpin record client=4711 web`,
    )
    .addHelpText(
      'after',
      exitCodes({
        ok: 'written',
        usage: 'wrong usage, or there is no such network',
        unable: 'it cannot be read or built here',
      }),
    )
    .action(async (words: string[], { output, yaml = false }: { output?: string; yaml?: boolean }) => {
      const recorded = await openAll(words);
      // Loaded here: no other command builds a lab of what it reads.
      const { recordSpec, recordYaml } = await import('../topologies/record.ts');
      const source = words.length > 0 ? words.join(', ') : 'this machine';
      const isTopology = yaml || /\.ya?ml$/.test(output ?? '');
      const text = isTopology ? recordYaml(recorded) : await recordSpec(recorded, source);
      write(output ?? '-', text);
    });
}

async function openAll(words: readonly string[]): Promise<Recorded[]> {
  if (words.length === 0) return [{ name: 'machine', netns: NetNamespace.home() }];
  const recorded: Recorded[] = [];
  for (const word of words) {
    const [, given, target = word] = /^([^=/]*)=(.*)$/.exec(word) ?? [];
    const { name, path } = await find(target);
    const wanted = given ?? name;
    checkNamespaceName('hairpin record', wanted, () => false);
    const netns = open(target, path);
    const same = recorded.find((each) => each.netns.inode === netns.inode);
    if (same) throw new UsageError(`hairpin record: ${target} and ${same.name} are one network: leave one out`);
    if (recorded.some((each) => each.name === wanted)) {
      throw new UsageError(
        `hairpin record: two networks would be called ${show(wanted)}: name=${target} gives this one another name`,
      );
    }
    recorded.push({ name: wanted, netns });
  }
  return recorded;
}

async function find(target: string): Promise<{ name: string; path: string }> {
  if (target.includes('/')) return { name: nameOf(target), path: target };
  // As `ip link set … netns` has it: a name comes before a process id, even if it is a number.
  const path = join(NAMED, target);
  if (existsSync(path)) return { name: target, path };
  if (/^\d+$/.test(target)) return { name: `pid${target}`, path: `/proc/${target}/ns/net` };
  const found = await containerPid(target);
  if (found.pid !== undefined) return { name: target, path: `/proc/${found.pid}/ns/net` };
  throw new UsageError(
    `hairpin record: there is no ${show(target)} in ${NAMED}, and ${found.why}. ` +
      '`ip netns` and `docker ps` list them; a process id or a path such as /proc/4711/ns/net will do, too',
  );
}

/** A path is called by its last part, but for that of a process, where each ends with `ns/net`. */
function nameOf(path: string): string {
  const [, pid] = /^\/proc\/(\d+)\//.exec(path) ?? [];
  return pid === undefined ? (path.split('/').findLast((part) => part !== '') ?? path) : `pid${pid}`;
}

function open(target: string, path: string): NetNamespace {
  try {
    const netns = NetNamespace.open(path);
    netns.run(() => {});
    return netns;
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'EINVAL')
      throw new UsageError(`hairpin record: ${path} is no network namespace (${code})`);
    if (code !== 'EACCES' && code !== 'EPERM') throw error;
    throw new Error(`${target} cannot be entered (${code}): run it as root of the machine, outside of any container`, {
      cause: error,
    });
  }
}
