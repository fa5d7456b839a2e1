/** Set for the workers of `hairpin({ pauseOnFailure: true })`, whose tests have no time-out: as {@link SHELL}, for tests that fail. */
export const PAUSE = 'HAIRPIN_PAUSE';

/** Set for the workers of `hairpin shell`, whose tests have no time-out: the folder that says whether the reader has quit. */
export const SHELL = 'HAIRPIN_SHELL';

/** Set while a command of hairpin runs specs for an end of its own. */
export const COMMAND = 'HAIRPIN_COMMAND';
