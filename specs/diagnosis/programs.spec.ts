import { expect, type Lab, type Namespace, test } from 'hairpin';
import { failureOf } from '../matchers/failure-of.ts';
import { describeLoadingPrograms } from '../needs.ts';
import { attachTcx } from '../trace/attach-tcx.ts';
import {
  DROP,
  PASS,
  redirecting,
  returning,
  TC_DROP,
  TC_PASS,
  translating,
  writeProgram,
} from '../trace/xdp-object.ts';
import { diagnosed } from './diagnosed.ts';

const SHORT = { within: 50 };

// a ── eth0 (r) eth1 ── b
//          eth2 └─── c
function build(lab: Lab) {
  const [a, r, b, c] = [lab.namespace('a'), lab.router('r'), lab.namespace('b'), lab.namespace('c')];
  for (const host of [a, b, c]) lab.cable(r, host);
  return { a, r, b };
}

async function filterBy(namespace: Namespace, device: string, side: 'ingress' | 'egress', code: Buffer): Promise<void> {
  const object = await writeProgram('tc', code);
  await namespace.exec('tc', ['qdisc', 'replace', 'dev', device, 'clsact']);
  await namespace.exec('tc', `filter add dev ${device} ${side} bpf da obj ${object} sec tc`.split(' '));
}

/** The number after `id`, as iproute2 prints it. */
async function idIn(namespace: Namespace, command: string, words: string): Promise<number> {
  const { stdout } = await namespace.exec(command, words.split(' '));
  return Number(/ id (\d+)/.exec(stdout)?.[1]);
}

describeLoadingPrograms(() => {
  test.for(['xdp', 'xdpgeneric'])(
    'an XDP program (%s) that drops everything is named, with its device',
    async (how, { lab }) => {
      const { a, b } = build(lab);
      const object = await writeProgram('xdp', returning(DROP));
      await b.exec('ip', ['link', 'set', 'eth0', how, 'object', object, 'section', 'xdp']);
      const id = await idIn(b, 'ip', '-d link show dev eth0');
      expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
        code: 'xdp.program',
        facts: { device: 'b/eth0', id, asked: { by: 'r', address: '10.0.1.2' } },
      });
    },
  );

  test.for([
    ['redirects', 'eth0', 'ingress'],
    ['redirects', 'eth1', 'egress'],
    ['drops', 'eth1', 'egress'],
  ] as const)('a program that %s frames at %s %s', async ([what, device, side], { lab }) => {
    const { a, r, b } = build(lab);
    const code = what === 'drops' ? returning(TC_DROP) : redirecting(r.interface('eth2').index);
    await filterBy(r, device, side, code);
    const id = await idIn(r, 'tc', `filter show dev ${device} ${side}`);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject(
      what === 'drops'
        ? { facts: { device: `r/${device}`, side } }
        : { code: 'tc.program', facts: { device: `r/${device}`, side, id, name: 'program.o:[tc]' } },
    );
  });

  // b has an XDP program, too, which lets everything pass.
  test.for(['eth0 ingress', 'eth1 egress'])(
    'a tcx program that sends frames elsewhere at r %s',
    async (at, { lab, skip }) => {
      const { a, r, b } = build(lab);
      const [name, side] = at.split(' ') as [string, 'ingress' | 'egress'];
      const device = r.interface(name);
      using program = attachTcx(device, side, redirecting(r.interface('eth2').index));
      skip(program === undefined, 'needs Linux 6.6');
      const object = await writeProgram('xdp', returning(PASS));
      await b.exec('ip', ['link', 'set', 'eth0', 'xdpgeneric', 'object', object, 'section', 'xdp']);
      expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
        code: 'tc.program',
        facts: { device: `r/${name}`, side, id: expect.any(Number), tcx: true },
      });
      expect(await failureOf(expect(a).toReach(b, SHORT))).toContain(
        `\nHint: on r: bpftool net show dev ${name}; bpftool prog show id `,
      );
    },
  );

  // a ── r ── p0 (sw) p1 ── b
  test('a program that let the question of a router pass is not named', async ({ lab }) => {
    const [a, r, sw, b] = [lab.namespace('a'), lab.router('r'), lab.switch('sw'), lab.namespace('b')];
    lab.cable(a, r);
    lab.cable(r, sw);
    lab.cable(b, sw);
    await filterBy(sw, 'p0', 'ingress', returning(TC_PASS));
    const object = await writeProgram('xdp', returning(DROP));
    await b.exec('ip', ['link', 'set', 'eth0', 'xdp', 'object', object, 'section', 'xdp']);
    expect(await diagnosed(expect(a).toReach(b, SHORT))).toMatchObject({
      code: 'xdp.program',
      facts: { device: 'b/eth0', asked: { by: 'r' } },
    });
  });

  // Nobody has 10.0.9.9, and r has no route to it.
  test.for(['10.0.1.77', '10.0.7.7'])(
    'no route is blamed for an address that a program turns into %s',
    async (to, { lab }) => {
      const { a, r } = build(lab);
      await filterBy(r, 'eth0', 'ingress', translating('10.0.9.9', to));
      const id = await idIn(r, 'tc', 'filter show dev eth0 ingress');
      expect(await diagnosed(expect(a).toReach('10.0.9.9', SHORT))).toMatchObject({
        code: 'tc.program',
        facts: { device: 'r/eth0', side: 'ingress', id },
      });
    },
  );
});
