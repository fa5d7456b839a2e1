import { visible } from '../../base/visible-text.ts';
import { RETRANSMISSION } from '../../lab/role.ts';
import type { Request } from '../../netlink/request.ts';
import { OBJECT_KINDS } from '../../state/objects/registry.ts';
import type { WholeLabState, WholeNamespace } from '../lab-state.ts';
import { buildable } from './buildable.ts';
import { leftOutOfScript } from './left-out.ts';
import { addressRequests } from './script-addresses.ts';
import { nftablesLines } from './script-filters.ts';
import { fdbRequests, mdbRequests, vlanMulticastRequests, vlanRequests } from './script-forwarding.ts';
import { gatewayRequests } from './script-gateways.ts';
import { type HeardQuestion, heardLines } from './script-heard.ts';
import { extrasOf, linkLines, memberLines, portRequests, portStateLines, upLines } from './script-links.ts';
import { neighbourRequests, proxyRequests } from './script-neighbours.ts';
import { objectRequests } from './script-objects.ts';
import { type AskedQuestion, questionLines } from './script-question.ts';
import { nexthopRequests, routeLines } from './script-routes.ts';
import { deviceSysctlLines, generalSysctlLines, ipv6MtuLines } from './script-sysctls.ts';
import { tcRequests } from './script-tc.ts';
import { sayer } from './script-words.ts';
import { quote, shellLine } from './shell-words.ts';

/** The exit code of a script whose network could not be built; `ping` has 0, 1 and 2. */
const NOT_BUILT = 3;

/**
 * A lab as a POSIX shell script of `ip`, `bridge` and `sysctl`, to look into a failure without hairpin.
 *
 * @param question asked at the end, or heard; the script's exit code is its answer: a report of `reach()` will do
 * @example writeFileSync('lab.sh', labScript(readLab(lab), report))
 */
export function labScript(whole: WholeLabState, question?: AskedQuestion | HeardQuestion): string {
  const { state, leftOut } = buildable(whole);
  const { namespaces } = state;
  const each = (lines: (of: WholeLabState, namespace: WholeNamespace) => string[]) =>
    namespaces.flatMap((namespace) => lines(state, namespace));
  const said = (requests: (of: WholeNamespace) => Request[]) =>
    namespaces.flatMap((namespace) => requests(namespace).map(sayer(state, namespace.name)));
  const sections: [title: string, lines: string[]][] = [
    ['What the test has run', programLines(whole)],
    ['Namespaces', namespaces.map(({ name }) => shellLine('ip', 'netns', 'add', name))],
    ['Settings that new devices take', generalSysctlLines(namespaces)],
    ['Switches, cables, and what hangs on them', linkLines(state)],
    ['Ports', said(portRequests)],
    ['VLANs of ports', said(vlanRequests)],
    // A VLAN has some as soon as one device is in it.
    ['Multicast settings of VLANs', said(vlanMulticastRequests)],
    // A token needs some of the sysctls.
    [
      'Settings of single devices',
      [...namespaces.flatMap(deviceSysctlLines), ...said(({ links }) => links.flatMap(extrasOf))],
    ],
    // Before the addresses, as in the lab: so the carriers have time to arrive until the question is asked.
    ['Links that are up', upLines(state)],
    ['Which of its slaves a bond uses', memberLines(state)],
    ['Addresses', said(addressRequests)],
    ['Ways to next hops, which the kernel looks for when it adds them', said((of) => gatewayRequests(of, 'add'))],
    ['Nexthops', said(nexthopRequests)],
    ['Routes', each(routeLines)],
    ['Without the ways to next hops', said((of) => gatewayRequests(of, 'delete'))],
    // A port of FOU may be bound to an address.
    ...OBJECT_KINDS.map((kind): [string, string[]] => [kind.title, said((of) => objectRequests(of, kind))]),
    ['Permanent neighbours', said(neighbourRequests)],
    ['Addresses that are answered for', said(proxyRequests)],
    ['Static forwarding entries', said(fdbRequests)],
    ['Static group entries', said(mdbRequests)],
    ['Packet filters', namespaces.flatMap(nftablesLines)],
    ['Traffic control', said(tcRequests)],
    // A port that comes up forwards, whatever it was told before (br_stp_enable_port).
    ['Port states', each(portStateLines)],
    ['MTUs of IPv6', namespaces.flatMap(ipv6MtuLines)],
    ['What else there was', [...leftOut, ...each(leftOutOfScript)].map((what) => `# Left out: ${what}`)],
  ];
  const body = sections.flatMap(([title, lines]) => (lines.length > 0 ? ['', `# ${title}`, ...lines] : []));
  const asked = question && ('frame' in question ? heardLines(question) : questionLines(question));
  const end = asked ? ['', ...asked] : [];
  const all = [...header(namespaces, question !== undefined), ...body, '', 'trap - EXIT', ...end];
  return `${all.map(remark).join('\n')}\n`;
}

/** A remark says names as they can be shown, and stays one line. */
function remark(line: string): string {
  return line.startsWith('#') && !line.startsWith('#!') ? visible(line).replaceAll('\n', ' ') : line;
}

/** What fits on a screen of remarks. */
const MOST_PROGRAMS = 100;
const LONGEST = 300;

/** The last programs of a test, as comments: what they did is in the state that the script builds, or listed under what is left out. */
function programLines({ programs }: WholeLabState): string[] {
  const before = programs.length - MOST_PROGRAMS;
  const lines = programs.slice(-MOST_PROGRAMS).map((words) => `# ${words.slice(0, LONGEST)}`);
  return before > 0 ? [`# … ${before} others before`, ...lines] : lines;
}

function header(namespaces: readonly WholeNamespace[], asks: boolean): string[] {
  const names = namespaces.map(({ name }) => quote(name)).join(' ');
  return [
    '#!/bin/sh',
    '# The network of a failed test, as it was then, in commands of iproute2. Made by hairpin, which it does not need.',
    '# To run it, as root or not, so that nothing is left behind (put `; sh` behind lab.sh to look around in it):',
    "#   unshare --map-root-user --net --mount sh -c 'mount -t tmpfs none /run && sh lab.sh'",
    '# To keep it: `sh lab.sh` as root. To take that down again:',
    `#   for name in ${names}; do ip netns del "$name"; done`,
    '# What it cannot say is listed under "What else there was". Not looked at: offloads (ethtool), traffic classes and chains',
    '# (tc class, tc chain), what connection tracking, TCP and programs keep, and their sysctls.',
    `# A lab asks for a neighbour again after ${RETRANSMISSION.lab} ms (retrans_time_ms), this network as late as the kernel does.`,
    '# A new namespace copies net.ipv4.conf from the machine that it is made on (devinet_init_net). If your machine has other values',
    '# there than the machine of the test, this network has them, too.',
    `# It exits with ${asks ? "the question's answer: 0 where it was answered, 1 or 2 where not" : '0'}; ` +
      `with ${NOT_BUILT} where the network could not be built.`,
    '',
    'set -e',
    `trap 'echo "lab.sh: the network could not be built" >&2; exit ${NOT_BUILT}' EXIT`,
  ];
}
