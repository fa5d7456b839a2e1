import { checkBoolean, checkOneOf, checkOptions } from '../base/validate.ts';
import { DEFAULTS, type Defaults } from './role.ts';

/** Options of a whole lab. */
export interface LabOptions {
  /** Whether taps see every frame at every device, so that a failure can say where one was lost. False gives more throughput. @default true */
  taps?: boolean;
  /**
   * `'lab'`: nothing happens in the network by itself, and nothing takes a second (docs/lab-defaults.md). `'kernel'`: hosts
   * and routers have the kernel's own settings: they look for duplicate addresses, solicit routers, limit the rate of ICMP
   * errors, and ask for a neighbour again after a second. @default 'lab'
   */
  defaults?: Defaults;
}

/** Checks what a spec says of a lab, and returns it. */
export function checkLabOptions(call: string, options: LabOptions): LabOptions {
  checkOptions(call, options, ['taps', 'defaults']);
  checkBoolean(call, 'taps', options.taps);
  if (options.defaults !== undefined) checkOneOf(call, 'defaults', options.defaults, DEFAULTS);
  return options;
}
