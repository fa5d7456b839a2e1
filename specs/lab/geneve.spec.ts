import { expect, type Lab, test } from 'hairpin';
import { describeNeeding } from '../needs.ts';
import { ipLink, refusal } from './referee.ts';

/** a ─ geneve0 ┄ a/eth0 ── eth0/b ┄ geneve0 ─ b */
function build(lab: Lab) {
  const [a, b] = [lab.namespace('a'), lab.namespace('b')];
  lab.cable(a, b, { a: { address: '192.0.2.1/24' }, b: { address: '192.0.2.2/24' } });
  return { a, b };
}

describeNeeding(['geneve'], () => {
  test('a geneve is what iproute2 calls one', async ({ lab }) => {
    const { a } = build(lab);
    const settings = { id: 7, remote: '192.0.2.2', ttl: 9, dstport: 6082 };
    const geneve = a.link('geneve', settings);
    const link = await ipLink(a, 'geneve0');
    expect(link).toMatchObject({ ifindex: geneve.index, address: geneve.mac });
    expect(link.linkinfo).toMatchObject({
      info_kind: 'geneve',
      info_data: { id: 7, remote: '192.0.2.2', ttl: 9, port: 6082 },
    });
    expect(geneve.settings).toEqual(settings);
  });

  test('two with one id have addresses of one subnet, and reach each other', async ({ lab }) => {
    const { a, b } = build(lab);
    const left = a.link('geneve', { id: 7, remote: '192.0.2.2' });
    const right = b.link('geneve', { id: 7, remote: '192.0.2.9' });
    await expect(a).not.toReach(right);
    right.set({ remote: '192.0.2.1' });
    await expect(a).toReach(right);
    await expect(b).toReach(left, { family: 6 });
  });

  test('the kernel refuses a group as the remote end', ({ lab }) => {
    const { a } = build(lab);
    expect(refusal(() => a.link('geneve', { id: 7, remote: '224.0.0.9' }))).toContain(
      'usual cause: remote must be a unicast address (geneve_nl2info)',
    );
  });
});
