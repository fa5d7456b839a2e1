import { describeLink } from './describe-link.ts';

/** Several devices as one, by a mode that a program chooses (drivers/net/team; `teamd`, `teamnl`). Without it nothing passes. */
export const team = describeLink('team', {
  option: 'NET_TEAM',
  members: 'frames',
  // team_port_set_team_dev_addr, by the mode's port_enter
  givesMac: () => true,
  bornWithCarrier: false,
  causes: {
    member: (master, member) => ({
      EBUSY: `${member} is up, or belongs to another device, and ${master} takes it while it is down (team_port_add)`,
    }),
  },
});
