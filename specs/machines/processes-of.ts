import { readdirSync, readFileSync } from 'node:fs';

/** Of the environment of a run, which all its processes have. */
export const RUN = 'HAIRPIN_SPECS_RUN';

/** The processes of the run with this value of {@link RUN}. */
export function processesOf(run: string): { pid: string; name: string }[] {
  return readdirSync('/proc')
    .filter((pid) => /^\d+$/.test(pid))
    .flatMap((pid) => {
      try {
        if (!readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(`${RUN}=${run}`)) return [];
        const [program = ''] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
        return [{ pid, name: program.slice(program.lastIndexOf('/') + 1) }];
      } catch {
        // It has ended meanwhile.
        return [];
      }
    });
}
