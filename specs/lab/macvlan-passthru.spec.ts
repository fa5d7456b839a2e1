import { expect, type Lab, test } from 'hairpin';
import { ipLink } from './referee.ts';

// ns1 ─ m1 ── up0 (host) ── eth0 (far)
function parentAndChild(lab: Lab) {
  const [host, far, ns1] = [lab.namespace('host'), lab.namespace('far'), lab.namespace('ns1')];
  const { a: up0 } = lab.cable(host, far, { a: { name: 'up0' } });
  return { host, ns1, up0 };
}

test('a passthru child has its parent MAC and makes the parent promiscuous', async ({ lab }) => {
  const { host, ns1, up0 } = parentAndChild(lab);
  expect(await ipLink(host, 'up0')).toMatchObject({ promiscuity: 0 });
  const m1 = ns1.macvlan({ parent: up0, mode: 'passthru', name: 'm1' });
  expect(await ipLink(host, 'up0')).toMatchObject({ promiscuity: 1 });
  expect((await ipLink(ns1, 'm1')).address).toBe(up0.mac);
  expect(m1.mac).toBe(up0.mac);
});

test('with nopromisc the parent is left alone, also when that is changed live', async ({ lab }) => {
  const { host, ns1, up0 } = parentAndChild(lab);
  const m1 = ns1.macvlan({ parent: up0, mode: 'passthru', name: 'm1', nopromisc: true });
  expect(await ipLink(host, 'up0')).toMatchObject({ promiscuity: 0 });
  expect((await ipLink(ns1, 'm1')).linkinfo.info_data).toMatchObject({ mode: 'passthru', nopromisc: true });
  m1.set({ nopromisc: false });
  expect(await ipLink(host, 'up0')).toMatchObject({ promiscuity: 1 });
  m1.set({ nopromisc: true });
  expect(await ipLink(host, 'up0')).toMatchObject({ promiscuity: 0 });
});

test('parent and passthru child keep one MAC, whichever is changed', async ({ lab }) => {
  const { host, ns1, up0 } = parentAndChild(lab);
  const m1 = ns1.macvlan({ parent: up0, mode: 'passthru', name: 'm1' });
  for (const [device, mac] of [
    [m1, '02:00:00:00:aa:05'],
    [up0, '02:00:00:00:aa:06'],
  ] as const) {
    device.set({ mac });
    expect([(await ipLink(host, 'up0')).address, (await ipLink(ns1, 'm1')).address]).toEqual([mac, mac]);
    expect([up0.mac, m1.mac]).toEqual([mac, mac]);
  }
});
