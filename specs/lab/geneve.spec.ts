import { expect, type Lab, test, UsageError } from 'hairpin';
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
    expect(geneve.settings).toMatchObject(settings);
  });

  test.for<[options: object, shown: object]>([
    [
      { id: 0, remote: 'fd00::2', flowlabel: 4660 },
      { remote6: 'fd00::2', label: '0x1234' },
    ],
    [
      { id: 7, remote: '192.0.2.2', tos: 16, df: 'set', udpcsum: true },
      { tos: '0x10', df: 'set', udp_csum: true },
    ],
    [{ id: 7, remote: 'fd00::2', udp6zerocsumtx: false }, { udp_zero_csum6_tx: false }],
    [{ external: true }, { external: true }],
  ])('link(geneve, %o) is %o in the words of iproute2', async ([options, shown], { lab }) => {
    const { a } = build(lab);
    const geneve = a.link('geneve', options as { id: number });
    expect((await ipLink(a, 'geneve0')).linkinfo).toMatchObject({ info_kind: 'geneve', info_data: shown });
    expect(geneve).toMatchObject(options);
  });

  test('the time to live may be that of the inner packet', async ({ lab }) => {
    const { a } = build(lab);
    const geneve = a.link('geneve', { id: 7, remote: '192.0.2.2', ttl: 'inherit' });
    expect((await a.exec('ip', ['-d', 'link', 'show', 'geneve0'])).stdout).toContain(' ttl inherit ');
    expect(geneve.ttl).toBe('inherit');
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

  test('the kernel refuses a second of one id to one end', ({ lab }) => {
    const { a } = build(lab);
    const make = () => a.link('geneve', { id: 7, remote: '192.0.2.2' });
    make();
    expect(refusal(make)).toContain(
      'usual cause: a has a geneve device of id 7 to 192.0.2.2 already (geneve_find_dev)',
    );
  });

  test.for<[options: object, message: string]>([
    [{ id: 7 }, 'remote must be given: a unicast IP address such as 10.0.0.1 or fd00::1'],
    [
      { id: 7, remote: '224.0.0.9' },
      "remote must be a unicast IP address such as 10.0.0.1 or fd00::1: received '224.0.0.9'",
    ],
  ])('link(geneve, %o): %s', ([options, message], { lab }) => {
    expect(() => lab.namespace('a').link('geneve', options as { id: number })).toThrow(
      new UsageError(`a.link(geneve): ${message}`),
    );
  });
});
