import type { Ends } from './ends.ts';
import type { Outer } from './tunnels.ts';

/** States and policies of both ends, without encryption: for packets of an xfrm interface, or between two addresses. */
export async function protectBoth(
  ends: Ends,
  { local, remote }: Pick<Outer, 'local' | 'remote'>,
  of: { ifId?: string; inner?: readonly string[] },
): Promise<void> {
  const id = of.ifId === undefined ? [] : ['if_id', of.ifId];
  const [own, other] = of.inner ?? [];
  for (const [at, ns] of [ends.host, ends.far].entries()) {
    for (const what of ['state', 'policy']) await ns.exec('ip', ['xfrm', what, 'flush']);
    for (const [spi, src, dst] of [
      ['0x101', local, remote],
      ['0x102', remote, local],
    ] as const) {
      const esp = ['src', src, 'dst', dst, 'proto', 'esp'];
      const end = ['reqid', '1', 'mode', 'tunnel'];
      const state = ['xfrm', 'state', 'add', ...esp, 'spi', spi, ...end, ...id, 'enc', 'cipher_null', ''];
      await ns.exec('ip', state);
      const isOut = (src === local) === (at === 0);
      const inner = own && other ? ['src', src === local ? own : other, 'dst', src === local ? other : own] : [];
      await ns.exec('ip', [
        'xfrm',
        'policy',
        'add',
        ...inner,
        'dir',
        isOut ? 'out' : 'in',
        ...id,
        'tmpl',
        ...esp,
        ...end,
      ]);
    }
  }
}
