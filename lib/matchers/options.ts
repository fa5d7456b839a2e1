export type { ToBehaveAsOptions } from './to-behave-as.ts';
export type { ToHearOptions } from './to-hear.ts';
export type { ToMatchReachabilityOptions } from './to-match-reachability.ts';
export type { ToReachOptions } from './to-reach.ts';
export type { ToSeeOptions } from './to-see.ts';
export type { ToStayReachableOptions } from './to-stay-reachable.ts';
export type { ToTellOptions } from './to-tell.ts';
