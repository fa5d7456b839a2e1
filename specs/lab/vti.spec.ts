import { createLab, expect, type Lab, test } from 'hairpin';
import { readLab } from '../../lib/report/lab-state.ts';
import { labScript } from '../../lib/report/script/lab-script.ts';
import { hasEsp } from '../ipsec.ts';
import { describeNeeding } from '../needs.ts';
import { rebuild } from '../report/rebuild.ts';
import { ipLink, refusal } from './referee.ts';

/** a ─ tunnel ┄ a/eth0 ── eth0/b ┄ tunnel ─ b */
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, {
    a: { address: ['192.0.2.1/24', '2001:db8::1/64'] },
    b: { address: ['192.0.2.2/24', '2001:db8::2/64'] },
  });
  return { a, b };
}

const ENDS = { vti: ['192.0.2.1', '192.0.2.2'], vti6: ['2001:db8::1', '2001:db8::2'] } as const;
type Kind = keyof typeof ENDS;

const left = (kind: Kind) => ({ local: ENDS[kind][0], remote: ENDS[kind][1] });
const right = (kind: Kind) => ({ local: ENDS[kind][1], remote: ENDS[kind][0] });

describeNeeding(['vti', 'vti6'], async () => {
  test.for<[kind: Kind, options: object, shown: object]>([
    ['vti', {}, left('vti')],
    ['vti', { ikey: 7, okey: 2 ** 31, fwmark: 255 }, { ikey: '0.0.0.7', okey: '128.0.0.0', fwmark: '0xff' }],
    ['vti6', { ikey: 7, fwmark: 1 }, { ...left('vti6'), ikey: '0.0.0.7', fwmark: '0x1' }],
  ])('link(%o, %o) is %o in the words of iproute2', async ([kind, options, shown], { lab }) => {
    const { a } = build(lab);
    const tunnel = a.link(kind, { ...left(kind), ...options, dev: a.interface('eth0') });
    const { linkinfo } = await ipLink(a, tunnel.name);
    expect(linkinfo).toMatchObject({ info_kind: kind, info_data: { ...shown, link: 'eth0' } });
    expect(tunnel).toMatchObject({ ...left(kind), ...options, dev: a.interface('eth0') });
  });

  test.for<Kind>(['vti', 'vti6'])('a change of %s keeps what it does not name', async (kind, { lab }) => {
    const { a } = build(lab);
    const tunnel = a.link(kind, { ...left(kind), ikey: 7, okey: 8, fwmark: 9 });
    tunnel.set({ okey: 5 });
    const { linkinfo } = await ipLink(a, tunnel.name);
    expect(linkinfo.info_data).toMatchObject({ ...left(kind), ikey: '0.0.0.7', okey: '0.0.0.5', fwmark: '0x9' });
  });

  test.for<Kind>(['vti', 'vti6'])('%s is made again by a script, and by a file', async (kind, { lab }) => {
    const { a } = build(lab);
    const tunnel = a.link(kind, { ...left(kind), ikey: 7, okey: 8, fwmark: 9 });
    const shown = (output: string) =>
      JSON.parse(output.split('\n').find((each) => each.startsWith('[')) ?? '')[0].linkinfo;
    const show = ['-j', '-d', 'link', 'show', tunnel.name];
    const { output } = await rebuild(`${labScript(readLab(lab))}echo; ip -n a ${show.join(' ')}\n`);
    expect(shown(output)).toEqual(shown((await a.exec('ip', show)).stdout));
    await using again = createLab();
    const loaded = await again.load({ text: lab.save() });
    expect(loaded.interface(`a/${tunnel.name}`).settings).toEqual(tunnel.settings);
    expect(tunnel.settings).toMatchObject({ ...left(kind), ikey: 7, okey: 8, fwmark: 9 });
  });

  test.for<Kind>(['vti', 'vti6'])('the kernel refuses a second %s between the same ends', (kind, { lab }) => {
    const { a } = build(lab);
    a.link(kind, left(kind));
    expect(refusal(() => a.link(kind, left(kind)))).toContain('a has such a tunnel between these ends already');
  });

  test.skipIf(!(await hasEsp())).for<Kind>(['vti', 'vti6'])(
    'two ends of %s reach each other by the states and policies of their keys (needs CONFIG_INET_ESP)',
    async (kind, { lab }) => {
      const { a, b } = build(lab);
      const there = b.link(kind, { ...right(kind), ikey: 1, okey: 2 });
      a.link(kind, { ...left(kind), ikey: 2, okey: 1 });
      // A state is for packets of the family of its addresses, unless it has the flag af-unspec (xfrm_state_look_at).
      const family = kind === 'vti' ? 4 : 6;
      await expect(a).not.toReach(there, { family });
      const enc = { name: 'cbc(aes)', key: '0x0102030405060708090a0b0c0d0e0f10' };
      const auth = { name: 'hmac(sha1)', key: '0x0102030405060708090a0b0c0d0e0f1011121314' };
      const [one, other] = ENDS[kind];
      for (const [mark, src, dst] of [
        [1, one, other],
        [2, other, one],
      ] as const) {
        const esp = { src, dst, proto: 'esp', mode: 'tunnel', reqid: 1 } as const;
        for (const end of [a, b]) {
          end.xfrm.state.add({ ...esp, spi: mark, mark: String(mark), enc, auth });
          const isOut = (mark === 1) === (end === a);
          end.xfrm.policy.add({
            dir: isOut ? 'out' : 'in',
            src: family === 4 ? '0.0.0.0/0' : '::/0',
            mark: String(mark),
            tmpl: esp,
          });
        }
      }
      await expect(a).toReach(there, { family });
      there.set({ ikey: 3 });
      await expect(a).not.toReach(there, { family });
    },
  );
});
