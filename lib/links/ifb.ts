import { describeLink } from './describe-link.ts';

/** Where `tc` redirects packets to, to be queued on their way in; what comes another way, it drops (drivers/net/ifb.c). */
export const ifb = describeLink('ifb', { option: 'IFB', noArp: true });
