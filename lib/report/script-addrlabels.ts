import { ipAddrlabel } from '../netlink/addrlabel.ts';
import type { Request } from '../netlink/request.ts';
import type { WholeNamespace } from './lab-state.ts';

/** Makes the labels of IPv6 addresses those of a namespace: one that has another number now is deleted first. */
export function addrlabelRequests({ addrlabels: { added, removed } }: WholeNamespace): Request[] {
  return [...removed.map((each) => ipAddrlabel.delete(each)), ...added.map((each) => ipAddrlabel.add(each))];
}
