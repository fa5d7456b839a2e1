import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink } from './referee.ts';

describeNeeding(['team'], () => {
  // host: team0 (eth0) ── far
  test('a team takes devices that are down', async ({ lab }) => {
    const host = lab.namespace('host');
    const { a: eth0 } = lab.cable(host, lab.namespace('far'), { a: { address: false } });
    const team = host.link('team');
    eth0.set({ up: false, master: team });
    expect(await ipLink(host, 'eth0')).toMatchObject({ master: 'team0' });
    expect(eth0.master).toBe(team);
  });
});
