import { expect, type Lab, test } from 'hairpin';

const MAC = 'de:ad:be:ef:13:37';
const FROM_IT = { source: MAC, destination: 'ff:ff:ff:ff:ff:ff', ip: {} };
const TO_IT = { destination: MAC, ip: {} };

/** What a bridge is like. */
interface BridgeOptions {
  vlanFiltering?: boolean;
}

// h1 ── p0 (sw) p1 ── h2
export function buildBridge(lab: Lab, options: BridgeOptions) {
  const sw = lab.switch('sw', { subnets: ['192.0.2.0/24', '2001:db8:1::/64'], ...options });
  const [h1, h2] = [lab.namespace('h1'), lab.namespace('h2')];
  return { sw, h1, h2, p0: lab.cable(h1, sw).b, p1: lab.cable(h2, sw).b };
}

/** Tests what every bridge does: it forwards, learns and floods. */
export function testBridge(options: BridgeOptions): void {
  test.for([
    ['ping', 4],
    ['ping6', 6],
  ] as const)('%s', async ([, family], { lab }) => {
    const { h1, h2 } = buildBridge(lab, options);
    await expect(h1).toReach(h2, { family });
  });

  test('FDB learning', async ({ lab }) => {
    const { sw, h1, h2, p0 } = buildBridge(lab, options);
    p0.set({ flood: false });
    await expect(h1).not.toSee(h2, { frame: TO_IT, droppedBy: 'bridge.flood-off' });

    await expect(h2).toSee(h1, { frame: FROM_IT });
    await expect(p0).toHaveFdbEntry({ mac: MAC, permanent: false });
    await expect(h1).toSee(h2, { frame: TO_IT });

    // The kernel looks for old entries from time to time (br_fdb_cleanup).
    sw.set({ ageingTime: 1 });
    await expect(p0).not.toHaveFdbEntry({ mac: MAC }, { within: 20_000 });
    await expect(h1).not.toSee(h2, { frame: TO_IT, droppedBy: 'bridge.flood-off' });

    p0.set({ learning: false });
    await expect(h2).toSee(h1, { frame: FROM_IT });
    await expect(p0).not.toHaveFdbEntry({ mac: MAC });
  });

  test.for([
    ['Unknown unicast flood', { flood: false }, TO_IT, 'bridge.flood-off'],
    [
      'Unregistered multicast flood',
      { mcastFlood: false },
      { ip: { destination: '239.0.0.1' } },
      'bridge.mcast-flood-off',
    ],
  ] as const)('%s', async ([, off, frame, droppedBy], { lab }) => {
    const { h1, h2, p1 } = buildBridge(lab, options);
    p1.set(off);
    await expect(h2).not.toSee(h1, { frame, droppedBy });
    p1.set({ flood: true, mcastFlood: true });
    await expect(h2).toSee(h1, { frame, copies: 1 });
  });
}
