import { expect, test } from 'vitest';
import { KernelSymbols } from '../../lib/kernel/drops/kernel-symbol.ts';

const KERNEL = 'ffffffff81000000 T icmp_rcv\nffffffff81000100 t ip_rcv.isra.0\nffffffff81000200 D jiffies\n';
const EARLIER = 'ffffffffc0000000 t nft_pipapo_insert\t[nf_tables]\n';
const LATER = 'ffffffffc0010000 t ip6gre_tunnel_xmit\t[ip6_gre]\n';

/** A kernel whose files of /proc a spec changes. */
function fakeKernel(files: Record<string, string>) {
  const reads: string[] = [];
  const symbols = new KernelSymbols((path) => {
    reads.push(path);
    const text = files[path];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return Buffer.from(text);
  });
  return { files, reads, symbols };
}

test('an address is in the function that begins last before it', () => {
  const { symbols } = fakeKernel({ '/proc/kallsyms': KERNEL });
  expect(symbols.at(0xffffffff81000010n)).toBe('icmp_rcv');
  expect(symbols.at(0xffffffff81000180n)).toBe('ip_rcv');
  expect(symbols.at(0x10n)).toBeUndefined();
});

test('a function of a module that was loaded later is not taken for one of an earlier module', () => {
  const { files, symbols } = fakeKernel({
    '/proc/kallsyms': KERNEL + EARLIER,
    '/proc/modules': 'nf_tables 299008 0 - Live 0xffffffffc0000000\n',
  });
  expect(symbols.at(0xffffffffc0000010n)).toBe('nft_pipapo_insert');
  expect(symbols.at(0xffffffffc0010020n)).toBe('nft_pipapo_insert');

  files['/proc/kallsyms'] = KERNEL + LATER + EARLIER;
  files['/proc/modules'] = `ip6_gre 49152 1 - Live 0xffffffffc0010000\n${files['/proc/modules']}`;
  expect(symbols.at(0xffffffffc0010020n)).toBe('ip6gre_tunnel_xmit');
  expect(symbols.at(0xffffffffc0000010n)).toBe('nft_pipapo_insert');
});

test('the long list is read once, while the modules are only used', () => {
  const { files, reads, symbols } = fakeKernel({
    '/proc/kallsyms': KERNEL + EARLIER,
    '/proc/modules': 'nf_tables 299008 0 - Live 0xffffffffc0000000\n',
  });
  symbols.at(0xffffffff81000010n);
  files['/proc/modules'] = 'nf_tables 299008 7 nft_chain_nat, Live 0xffffffffc0000000\n';
  symbols.at(0xffffffffc0000010n);
  expect(reads.filter((path) => path === '/proc/kallsyms')).toHaveLength(1);
});
