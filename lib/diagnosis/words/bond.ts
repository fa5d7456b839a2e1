import type { WordsOf } from './words.ts';

export const bondWords: WordsOf<'bond'> = {
  'bond.backup-slave': {
    means:
      'The frame came in by a slave that is not the active one of an active-backup bond. Its frames are dropped (`bond_handle_frame`).',
    facts: { device: 'the slave' },
    optional: { active: 'the active slave, if there is one' },
    example: { device: 'host/eth1', bond: 'host/bond0', active: 'host/eth0' },
    say: ({ device, bond, active }) => ({
      text: `${device} is a backup slave of ${bond}, which drops what it receives${active ? `: the active one is ${active}` : ''}`,
      hint: `${bond}.set({ activeSlave: ${device} }), or allSlavesActive: true`,
    }),
  },
};
