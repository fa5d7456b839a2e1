import { expect, type Interface, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { type Packet, Referee } from './agreement.ts';

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

  // a ── eth0 (red) r eth1 (red) ── b
  test('the settings of a device count, not those of its VRF', async ({ lab }) => {
    const r = lab.router('r');
    const red = r.link('vrf', { name: 'red', table: 10 });
    const [a, b] = [0, 1].map((at) => {
      const { a: host, b: port } = lab.cable(lab.namespace('ab'[at] as string), r, {
        a: { address: `10.1.${at}.1/24` },
        b: { address: `10.1.${at}.254/24` },
      });
      port.set({ master: red });
      return { host, port };
    }) as [End, End];
    const packet: Packet = {
      family: 4,
      source: '10.1.0.1',
      destination: '10.1.1.1',
      length: 8,
      hopLimit: 9,
      mayFragment: false,
    };
    using referee = new Referee(lab);
    const passes = async ({ host, port }: End, what: Packet) => {
      const ways = await referee.followPacket(host, port.mac, what);
      const [kernel, model] = [ways?.kernel, ways?.model].map((lines) =>
        lines?.filter((line) => !/\bred\b/.test(line)),
      );
      expect(kernel).toEqual(model);
      return (kernel?.length ?? 0) > 2;
    };
    // What b sends with a's address comes in where its answer would not go out.
    const spoofed = { ...packet, destination: '10.1.0.1', source: '10.1.0.77' };
    const settings = { forwarding: [a, packet], rp_filter: [b, spoofed] } as const;
    for (const [key, [from, what]] of Object.entries(settings)) {
      expect(await passes(from, what)).toBe(true);
      const [off, on] = key === 'forwarding' ? [1, 0] : [0, 1];
      r.sysctl.set(`net/ipv4/conf/red/${key}`, on);
      expect(await passes(from, what)).toBe(true);
      r.sysctl.set(`net/ipv4/conf/${from.port.name}/${key}`, on);
      expect(await passes(from, what)).toBe(false);
      r.sysctl.set(`net/ipv4/conf/${from.port.name}/${key}`, off);
    }
  });
});

interface End {
  host: Interface;
  port: Interface;
}
