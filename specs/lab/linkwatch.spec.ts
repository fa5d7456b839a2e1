import { expect, test } from 'hairpin';
import { hurryLinkwatch } from '../../lib/lab/linkwatch.ts';
import { describeNeeding } from '../needs.ts';
import { gretap } from './gretap.ts';

// Asked, the kernel loads the module, which from then on gives every new namespace devices of its own.
describeNeeding([gretap], () => {
  // a namespace that has gre0, gretap0 and erspan0 from the start
  test('the link watch is hurried where new namespaces have devices of their own', async ({ lab }) => {
    const { stdout } = await lab.namespace('a').exec('ip', ['-br', 'link']);
    expect(stdout).toContain('gre0');
    expect(hurryLinkwatch).not.toThrow();
  });
});
