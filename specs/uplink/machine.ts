import { fileURLToPath } from 'node:url';
import type { Lab, Namespace, PortOptions, Subprocess } from 'hairpin';
import { read } from '../lab/referee.ts';

const LAB = fileURLToPath(new URL('../../lib/lab/index.ts', import.meta.url));

/** What stands in for a real machine: its NIC is a cable's end, so nothing of the host is touched. */
export function addMachine(lab: Lab, port: PortOptions = {}) {
  const [machine, sw, gateway] = [lab.namespace('machine'), lab.switch('sw'), lab.namespace('gateway')];
  const cable = lab.cable(machine, sw, { a: { name: 'nic0' }, b: port });
  lab.cable(gateway, sw);
  return { machine, sw, gateway, cable, nic: cable.a, port: cable.b };
}

/** The NIC as `ip -d link` has it, with all that a run might leave behind, and nothing that changes by itself. */
export async function nicState(machine: Namespace): Promise<Record<string, unknown>> {
  const [link] = await read<Record<string, unknown>>(machine, 'ip', ['-j', '-d', 'address', 'show', 'dev', 'nic0']);
  if (!link) throw new Error('ip shows no nic0');
  const addresses = link['addr_info'] as Record<string, unknown>[];
  // A link-local address is tentative until a worker has been by (addrconf_dad_work).
  return { ...link, addr_info: addresses.map((address) => ({ ...address, tentative: undefined })) };
}

/** Runs a script that uses the library without vitest, in a namespace that is then its host's own network. */
export async function runScript(host: Namespace, body: string) {
  const { stdout, stderr } = await startScript(host, body);
  return { stdout, stderr };
}

/** As {@link runScript}, without waiting for its end. */
export function startScript(host: Namespace, body: string): Subprocess {
  const script = `import { createLab } from ${JSON.stringify(LAB)};\nawait using lab = createLab();\n${body}`;
  return host.exec(process.execPath, ['--input-type=module', '-e', script], { reject: false });
}

/** What `lab.uplink(name)` throws in a namespace, in its words. */
export async function refusalOf(host: Namespace, call: string): Promise<string> {
  const { stdout, stderr } = await runScript(host, `try { ${call} } catch (error) { console.log(error.message); }`);
  return stdout || `it was not refused. ${stderr}`;
}
