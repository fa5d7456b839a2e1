import type { CauseFacts } from '../../model/cause.ts';
import { namespaceOf, ownName, type Said, type WordsOf } from './words.ts';

export const bondWords: WordsOf<'bond' | 'team'> = {
  'bond.backup-slave': {
    means:
      'The frame came in by a slave that the bond does not use: in mode active-backup it is not the active one, in mode 802.3ad it has no partner. Its frames are dropped (`bond_handle_frame`).',
    facts: { device: 'the slave' },
    optional: { active: 'the active slave, if there is one', mode: 'of the bond, if it is not active-backup' },
    example: { device: 'host/eth1', bond: 'host/bond0', active: 'host/eth0' },
    say: ({ device, bond, active, mode }) =>
      mode === undefined
        ? backup({ device, bond, ...(active ? { active } : {}) })
        : {
            text: `${bond} does not use its slave ${device} (mode ${mode}), and drops what comes in there`,
            hint: `the other end must speak LACP, as one partner for all slaves; on ${namespaceOf(bond)}: cat /proc/net/bonding/${ownName(bond)}`,
          },
  },
  'team.no-port': {
    means:
      'A team has no port to send by, and drops the frame: it has no mode, or no port that is in use (`team_dummy_transmit`), or no active port in mode activebackup (`ab_transmit`).',
    facts: { because: 'what is missing: the `mode`, `ports` that are up and enabled, or the `active-port`' },
    example: { device: 'host/team0', because: 'mode' },
    say: ({ device, because }) => ({
      text: `${device} sends by no port: ${NO_PORT[because].why}`,
      hint: NO_PORT[because].hint(device),
    }),
  },
};

const NO_PORT: Record<CauseFacts['team.no-port']['because'], { why: string; hint: (team: string) => string }> = {
  mode: {
    why: 'it has no mode',
    hint: (team) => `${team}.set({ mode: 'roundrobin' }) while it has no ports, or another mode`,
  },
  ports: {
    why: 'none of its ports is up and enabled',
    hint: (team) => `set({ master: ${team}, enabled: true }) on a port, and bring up both ends of its cable`,
  },
  'active-port': { why: 'it has no active port', hint: (team) => `${team}.set({ activePort: … })` },
};

function backup({ device, bond, active }: Omit<CauseFacts['bond.backup-slave'], 'mode'>): Said {
  return {
    text: `${device} is a backup slave of ${bond}, which drops what it receives${active ? `: the active one is ${active}` : ''}`,
    hint: `${bond}.set({ activeSlave: ${device} }), or allSlavesActive: true`,
  };
}
