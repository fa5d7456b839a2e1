import { unanswered } from './neighbour.ts';
import { ASKED, type WordsOf } from './words.ts';

export const addressWords: WordsOf<'address'> = {
  'address.none': {
    means: 'No device of the lab has the address that was asked.',
    optional: { route: 'the route whose next hop it is: its host, and where it leads `to`' },
    example: { address: '10.0.0.9', route: { namespace: 'a', to: 'default' } },
    say: ({ address, route }) => ({
      text: `no device of the lab has ${address}`,
      ...(route
        ? {
            hint: `${route.namespace} has a route to ${route.to} via ${address}: change it, or give a router that address`,
          }
        : {}),
    }),
  },
  'address.gone': {
    means:
      'No device of the lab has the address any more. The address or its device was deleted; an IPv6 address also goes when its link goes down, or when IPv6 is disabled.',
    facts: { holder: 'the namespace that had it', why: 'what became of it' },
    optional: { mend: 'how to get it back, if adding it again is not enough' },
    example: { address: '10.0.0.2', holder: 'b', why: '10.0.0.2 was deleted' },
    say: ({ address, holder, why, mend }) => ({
      text: `no device of the lab has ${address} any more: ${holder} had it`,
      hint: `${why}; ${mend ?? `give it again: address.add('${address}/…')`}`,
    }),
  },
  'address.elsewhere': {
    means:
      'The packet came to a host that does not have the address (`ip_route_input`), or a tunnel there is to send from it (`local`).',
    example: { namespace: 'b', address: '10.0.0.9' },
    say: ({ namespace, address }) => ({ text: `${namespace} does not have ${address}` }),
  },
  'address.not-local': {
    means:
      'A host has the address, and finds no local route for it: the route of type `local` is gone, or no rule asks table `local`. So the host answers no ARP for it (`arp_process`), and takes no packets for it (`ip_route_input_slow`, `ip6_route_input`).',
    example: { namespace: 'b', address: '10.0.0.2' },
    say: ({ namespace, address }) => ({
      text: `${namespace} has ${address}, and no local route for it, so it takes no packets for it`,
      hint: `on ${namespace}: ip rule; ip route show table local; adding the address again brings its route back`,
    }),
  },
  'address.duplicate': {
    means:
      'Duplicate address detection found another node with the address, so it is not usable (`addrconf_dad_failure`).',
    example: { namespace: 'b', address: 'fd00::2' },
    say: ({ namespace, address }) => ({
      text: `${address} of ${namespace} is a duplicate: another node has it (dadfailed)`,
      hint: 'give it another',
    }),
  },
  'address.tentative': {
    means:
      'Duplicate address detection for the address is not done, so no socket can be bound to it, and its host does not answer for it (RFC 4862).',
    optional: { length: 'of the prefix' },
    example: { namespace: 'a', address: 'fd00::1', length: 64 },
    say: ({ namespace, address, length }) => ({
      text: `${address} of ${namespace} is tentative: duplicate address detection is not done`,
      hint: `wait for it, 1 to 2 s, or add it without: address.add('${address}/${length}')`,
    }),
  },
  'address.own-source': {
    means:
      'The target has the same address as the sender. An IPv4 host drops such packets (`fib_validate_source`). An IPv6 host takes them, and sends its answers to itself.',
    facts: { lost: 'the host drops the `packet`, or sends its `answer` to itself' },
    optional: { asked: ASKED },
    example: { namespace: 'b', address: '10.0.0.1', lost: 'packet' },
    say: ({ namespace, address, lost, asked }) => ({
      text: unanswered(
        asked,
        lost === 'packet'
          ? `${namespace} has ${address} too, and drops packets that come from its own addresses`
          : `${namespace} has ${address} too, so it sends its answers to itself`,
      ),
      hint: `two hosts with one address: give ${namespace} another`,
    }),
  },
};
