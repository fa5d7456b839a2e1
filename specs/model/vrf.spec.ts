import { expect, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { Referee } from './agreement.ts';

describeNeeding(['vrf'], () => {
  // a ── eth0 (red) r eth1 (red) ── b, and r eth2 (blue) ── c
  test('model and kernel agree on packets of VRFs', async ({ lab }) => {
    const r = lab.router('r');
    const [red, blue] = [r.link('vrf', { name: 'red', table: 10 }), r.link('vrf', { name: 'blue', table: 20 })];
    const ports = [red, red, blue].map((vrf, at) => {
      const { a: host, b: port } = lab.cable(lab.namespace('abc'[at] as string), r, {
        a: { address: `10.1.${at}.1/24` },
        b: { address: `10.1.${at}.254/24` },
      });
      port.set({ master: vrf });
      return { host, port };
    });
    const [a] = ports as [(typeof ports)[0]];
    await r.exec('ip', ['route', 'add', 'blackhole', '10.1.9.0/24', 'table', '10']);
    using referee = new Referee(lab);
    for (const destination of ['10.1.1.1', '10.1.1.254', '10.1.2.1', '10.1.2.254', '10.1.9.1', '10.1.8.1']) {
      const packet = {
        family: 4,
        source: '10.1.0.1',
        destination,
        length: 8,
        hopLimit: 9,
        mayFragment: false,
      } as const;
      const ways = await referee.followPacket(a.host, a.port.mac, packet);
      // A packet passes the VRF, too (vrf_ip_rcv), which forwards nothing by itself.
      const devices = (lines: string[] = []) => lines.filter((line) => !/\b(red|blue)\b/.test(line));
      expect(devices(ways?.kernel), destination).toEqual(devices(ways?.model));
      expect(ways?.model.length).toBeGreaterThan(1);
    }
  });
});
