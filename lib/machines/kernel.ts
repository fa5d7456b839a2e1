import { harmless } from '../base/visible-text.ts';

/** A kernel that can be booted. */
export interface Kernel {
  /** What it is called in reports: its release, unless the caller said otherwise. */
  name: string;
  /** `uname -r`: `6.1.0-40-cloud-amd64`. */
  release: string;
  /** The bzImage; of User-Mode Linux the program. */
  image: string;
  /** It is a program of this machine's own kernel: User-Mode Linux, `make ARCH=um`. */
  userMode?: true;
  /** The folder `lib/modules/<release>` of its modules, with `modules.dep`; none where all is in the image. */
  modules?: string;
}

/** A kernel that is not to be had, or that cannot run specs: says why, and the mend. */
export class KernelUnavailable extends Error {
  override readonly name = 'KernelUnavailable';

  constructor(message: string) {
    super(harmless(message));
  }
}
