/** Set for a vitest inside a machine: the kernel's name. Its projects are called after it, and its evidence has a folder of its own. */
export const MACHINE = 'HAIRPIN_MACHINE';
/** Set for the vitest that merges the machines' reports: a JSON list of the kernels' names. */
export const MACHINES = 'HAIRPIN_MACHINES';

/** Set for a vitest inside a machine: how many times as long as usual tests and hooks may take. */
export const PATIENCE = 'HAIRPIN_PATIENCE';

/** 1, but for a machine without KVM. */
export function patience(): number {
  return Number(process.env[PATIENCE] || 1);
}

/** The kernel that this process runs on, if `hairpin test --kernel` booted it. */
export function thisMachine(): string | undefined {
  return process.env[MACHINE] || undefined;
}

/** The kernels whose reports this process merges. */
export function mergedMachines(): string[] {
  return JSON.parse(process.env[MACHINES] || '[]');
}

/** What a project is called on a kernel, inside the machine and in the merged report. */
export function projectName(project: string | undefined, machine: string): string {
  // The plugin may be both the root's and a project's.
  if (project === machine || project?.endsWith(` ${machine}`)) return project;
  return project ? `${project} ${machine}` : machine;
}

/** The inverse of {@link projectName}: what the project is called elsewhere, and the kernel of the merged ones that it ran on. */
export function splitProjectName(name: string): { project: string; machine: string } {
  const machine = mergedMachines().find((each) => name === each || name.endsWith(` ${each}`)) ?? '';
  return { project: name.slice(0, name.length - machine.length).trimEnd(), machine };
}
