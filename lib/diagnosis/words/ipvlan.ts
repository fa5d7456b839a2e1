import { unanswered } from './neighbour.ts';
import { ASKED, type WordsOf } from './words.ts';

export const ipvlanWords: WordsOf<'ipvlan'> = {
  'ipvlan.no-group-in': {
    means: 'An ipvlan in mode l3 or l3s gets no broadcast and no multicast (`ipvlan_handle_mode_l3`).',
    example: { device: 'b/ipvl0', mode: 'l3', parent: 'host/up0' },
    say: ({ device, mode, parent }) => ({
      text: `${device} is in mode ${mode}: it gets no broadcast and no multicast, so no ND (ipvlan_handle_mode_l3)`,
      hint: `route to it instead, by an address of ${parent}; or set({ mode: 'l2' }) on ${device}`,
    }),
  },
  'ipvlan.no-group-out': {
    means: 'An ipvlan in mode l3 or l3s sends no broadcast and no multicast (`ipvlan_process_outbound`).',
    example: { device: 'a/ipvl0', mode: 'l3', parent: 'host/up0' },
    say: ({ device, mode, parent }) => ({
      text: `${device} is in mode ${mode}, which sends no broadcast and no multicast (ipvlan_process_outbound)`,
      hint: `set({ mode: 'l2' }) on ${device}: it changes for all ipvlans on ${parent}`,
    }),
  },
  'ipvlan.private': {
    means:
      'The ipvlans of the parent have the flag `private`: what one sends to another is dropped (`ipvlan_xmit_mode_l2`, `ipvlan_xmit_mode_l3`).',
    example: { device: 'a/ipvl0', sibling: 'b/ipvl0', parent: 'host/up0' },
    say: ({ device, sibling, parent }) => ({
      text: `${device} and ${sibling} are private: what one sends to the other is dropped`,
      hint: `set({ flag: 'bridge' }) on ${device}: it changes for all ipvlans on ${parent}`,
    }),
  },
  'ipvlan.ip-only': {
    means: 'An ipvlan in mode l3 or l3s sends IP packets only (`ipvlan_process_outbound`).',
    example: { device: 'a/ipvl0', mode: 'l3' },
    say: ({ device, mode }) => ({ text: `${device} is in mode ${mode}, which sends IP packets only` }),
  },
  'ipvlan.parent-host': {
    means:
      "In modes l3 and l3s the parent's host gets packets for itself before they pass the parent (`ip_local_out`), and its answers leave by the wire.",
    facts: { source: 'the address of the ipvlan' },
    example: { namespace: 'host', parent: 'host/up0', source: '10.0.0.1' },
    say: ({ namespace, parent, source }) => ({
      text: `${namespace} gets it without passing ${parent} (ip_local_out), and has no way back: what it sends to ${source} leaves by ${parent}`,
      hint: "an ipvlan and its parent's host do not talk in modes l3 and l3s: use a cable between the two, or another host",
    }),
  },
  'ipvlan.no-route': {
    means:
      "In modes l3 and l3s the parent's host routes what an ipvlan sends (`ipvlan_process_v4_outbound`), and it has no route there by the parent.",
    facts: { to: 'the destination of the packet', device: 'the parent' },
    example: { namespace: 'host', to: '10.0.9.1', device: 'host/up0', mode: 'l3' },
    say: ({ namespace, to, device, mode }) => ({
      text: `${namespace}, which routes in mode ${mode}, has no route to ${to} by ${device.slice(device.indexOf('/') + 1)}`,
      hint: `${namespace}.route.add({ to: '${to}', via: … })`,
    }),
  },
  'ipvlan.no-neighbours': {
    means: 'An ipvlan in mode l3 or l3s answers no ARP and no ND (IFF_NOARP, `ipvlan_set_port_mode`).',
    optional: { asked: ASKED },
    example: { device: 'b/ipvl0', mode: 'l3', parent: 'host/up0', asked: { by: 'a', address: '10.0.0.2' } },
    say: ({ device, mode, parent, asked }) =>
      asked
        ? {
            text: unanswered(asked, `${device}, in mode ${mode}, has no ARP and no ND`),
            hint: `route to it instead: ${asked.by}.route.add({ to: '${asked.address}', via: an address of ${parent} })`,
          }
        : {
            text: `${device} answers no ARP: it is in mode ${mode}`,
            hint: `route to it instead, by an address of ${parent}; or set({ mode: 'l2' }) on ${device}`,
          },
  },
};
