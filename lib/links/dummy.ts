import { describeLink } from './describe-link.ts';

/** It swallows what it is sent (drivers/net/dummy.c). */
export const dummy = describeLink('dummy', { option: 'DUMMY', end: 'none', noArp: true });
