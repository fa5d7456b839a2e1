import { EMPTY_WORD, type Names } from '../../netlink/names.ts';
import type { Request } from '../../netlink/request.ts';
import type { NetworkState } from '../../state/network-state.ts';
import { shellLine } from './shell-words.ts';

/**
 * Says requests to the kernel as lines of a script: `ip -n ns1 link set m1 up`. Where a request takes the descriptor of a namespace,
 * it is given the namespace's place in the network.
 */
export function sayer(network: NetworkState<never>, namespace: string): (request: Pick<Request, 'words'>) => string {
  const names = namesIn(network, namespace);
  // No name has white space in it.
  return (request) =>
    request
      .words(names)
      .split(' ')
      .map((word) => (word === EMPTY_WORD ? word : shellLine(word)))
      .filter((word) => word !== '')
      .join(' ');
}

/** What adds an object, without the words before the object's own: `ip -n ns1 route add`. */
export function objectWords(request: Pick<Request, 'words'>, names: Names): string {
  return request.words({ ...names, namespace: undefined }).replace(/^\w+( -\d)? \w+ add /, '');
}

/** The names of a namespace's devices, and of all namespaces. */
export function namesIn({ namespaces }: NetworkState<never>, namespace: string): Names {
  const links = namespaces.find(({ name }) => name === namespace)?.links ?? [];
  return {
    namespace,
    device: (index) => links.find((link) => link.index === index)?.name ?? String(index),
    netns: (at) => namespaces[at]?.name ?? '',
  };
}
