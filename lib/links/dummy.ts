import { defineLink } from './define-link.ts';

/** It swallows what it is sent (drivers/net/dummy.c). */
export const dummy = defineLink('dummy', { option: 'DUMMY', end: 'none', noArp: true });
