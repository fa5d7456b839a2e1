import { expect, type Interface, type Lab, test, UsageError } from 'hairpin';
import { diagnosed } from '../diagnosis/diagnosed.ts';
import { describeNeeding, withoutPrograms } from '../needs.ts';
import { ipLink, refusal } from './referee.ts';

/** host: team0 (eth0, eth1) ── sw ── far */
function build(lab: Lab, options: object = {}) {
  const sw = lab.switch('sw', { subnets: ['10.9.0.0/24'] });
  const [host, far] = [lab.namespace('host'), lab.namespace('far')];
  const team = host.link('team', { address: '10.9.0.100/24', ...options });
  const cables = [lab.cable(host, sw, { a: { address: false } }), lab.cable(host, sw, { a: { address: false } })];
  // The modes activebackup and loadbalance leave the ports their own addresses.
  for (const { a } of cables) a.set({ mac: team.mac }).set({ up: false, master: team });
  lab.cable(far, sw);
  return { host, far, team, ports: cables.map(({ a }) => a) };
}

describeNeeding(['team'], () => {
  // host: team0 (eth0) ── far
  test('a team takes devices that are down', async ({ lab }) => {
    const host = lab.namespace('host');
    const { a: eth0 } = lab.cable(host, lab.namespace('far'), { a: { address: false } });
    const team = host.link('team');
    eth0.set({ up: false, master: team });
    expect(await ipLink(host, 'eth0')).toMatchObject({ master: 'team0' });
    expect(eth0.master).toBe(team);
    expect(team.mode).toBeUndefined();
  });

  // host: team0
  test.for([
    { mode: 'broadcast', notifyPeersCount: 3, notifyPeersInterval: 100 },
    { mode: 'roundrobin', mcastRejoinCount: 2, mcastRejoinInterval: 50 },
    { mode: 'random' },
    { mode: 'activebackup' },
    { mode: 'loadbalance', lbTxMethod: 'hash_to_port_mapping', lbStatsRefreshInterval: 20 },
  ] as const)('link(team, %o) is so in the words of teamnl', async (options, { lab, skip }) => {
    const why = withoutPrograms('teamnl');
    if (why) skip(why);
    const host = lab.namespace('host');
    const team = host.link('team', options);
    expect(team.settings).toMatchObject(options);
    expect(team).toMatchObject(options);
    for (const [name, value] of Object.entries(options)) {
      const kernel = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      expect((await host.exec('teamnl', ['team0', 'getoption', kernel])).stdout).toBe(String(value));
    }
  });

  test.for(['broadcast', 'roundrobin', 'random', 'loadbalance'] as const)(
    'a host behind a team of mode %s is reached',
    async (mode, { lab }) => {
      const { host, far, team } = build(lab, { mode });
      await expect(far).toReach(team);
      await expect(host).toReach(far);
    },
  );

  test('without a mode nothing passes', async ({ lab }) => {
    const { far, team } = build(lab);
    await expect(far).not.toReach(team);
  });

  test('IP drops what comes in by a port with another MAC address, and the message names the port', async ({ lab }) => {
    const { far, team, ports } = build(lab, { mode: 'loadbalance' });
    for (const [at, port] of ports.entries()) port.set({ mac: `02:00:00:00:aa:0${at}` });
    expect(await diagnosed(expect(far).toReach(team, { family: 4 }))).toMatchObject({
      code: 'neighbour.port-mac',
      facts: { device: 'host/team0', mac: team.mac, port: 'host/eth0', portMac: '02:00:00:00:aa:00' },
    });
  });

  test('activePort chooses the port', async ({ lab }) => {
    const { host, far, team, ports } = build(lab, { mode: 'activebackup' });
    await expect(host).not.toReach(far);
    for (const port of ports) {
      team.set({ activePort: port });
      expect(team.activePort).toBe(port);
      expect(team.settings).toMatchObject({ mode: 'activebackup', activePort: port });
      await expect(host).toReach(far, { through: port });
    }
  });

  test('a port has the options that are set, as teamnl shows them', async ({ lab, skip }) => {
    const why = withoutPrograms('teamnl');
    if (why) skip(why);
    const { host, far, team, ports } = build(lab, { mode: 'roundrobin' });
    const [eth0, eth1] = ports as [Interface, Interface];
    const fresh = { enabled: true, userLinkup: false, userLinkupEnabled: false, priority: 0, queueId: 0 };
    expect(eth0.settings).toMatchObject(fresh);
    const given = { enabled: false, userLinkup: true, userLinkupEnabled: true, priority: -7, queueId: 2 };
    eth0.set(given);
    expect(eth0.settings).toMatchObject(given);
    expect(eth1.settings).toMatchObject(fresh);
    for (const [name, value] of Object.entries(given)) {
      const kernel = name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
      expect((await host.exec('teamnl', ['-p', 'eth0', 'team0', 'getoption', kernel])).stdout).toBe(String(value));
    }
    expect(refusal(() => eth1.set({ queueId: 1000 }))).toContain(
      'usual cause: queueId must be one of the queues of the team (team_queue_id_option_set)',
    );
    expect(() => eth1.set({ priority: 0.5 })).toThrow(UsageError);
    expect(() => far.interface().set({ enabled: false })).toThrow(/^far\/eth0\.set: there is no option 'enabled'/);
    expect(team.settings).not.toHaveProperty('priority');
  });

  test('a port that is not enabled neither sends nor receives', async ({ lab }) => {
    const { host, far, team, ports } = build(lab, { mode: 'roundrobin' });
    await expect(host).toReach(far);
    for (const port of ports) port.set({ enabled: false });
    await expect(far).not.toReach(team);
    ports[1]?.set({ enabled: true });
    await expect(host).toReach(far, { through: ports[1] as Interface });
    await expect(far).toReach(team);
  });

  test('the mode changes without ports alone, and activePort is a port', ({ lab }) => {
    const { host, far, team, ports } = build(lab, { mode: 'random' });
    team.set({ mode: 'random', notifyPeersCount: 1 });
    expect(refusal(() => team.set({ mode: 'broadcast' }))).toContain('its mode changes without any');
    expect(refusal(() => team.set({ activePort: ports[0] as Interface }))).toContain(
      'activePort belongs to mode activebackup',
    );
    expect(refusal(() => team.set({ lbTxMethod: 'hash' }))).toContain('lbTxMethod belongs to mode loadbalance');
    expect(() => team.set({ mode: 'lacp' as never })).toThrow(
      new UsageError(
        "host/team0.set: mode must be one of broadcast, roundrobin, random, activebackup, loadbalance: received 'lacp'",
      ),
    );
    expect(() => team.set({ activePort: far.interface() })).toThrow(`activePort must be an interface of ${host}`);
  });
});
