import { expect, test } from 'hairpin';
import { onceInThread } from '../../lib/kernel/threads/once-in-thread.ts';
import { hurryLinkwatch } from '../../lib/lab/making/linkwatch.ts';
import type { NetlinkSocket } from '../../lib/netlink/socket.ts';
import { describeNeeding } from '../needs.ts';

// Asked, the kernel loads the module, which from then on gives every new namespace devices of its own.
describeNeeding(['gretap'], () => {
  // a namespace that has gre0, gretap0 and erspan0 from the start
  test('the link watch is hurried where new namespaces have devices of their own', async ({ lab }) => {
    const { stdout } = await lab.namespace('a').exec('ip', ['-br', 'link']);
    expect(stdout).toContain('gre0');
    // An earlier file may have plugged the thread's cable before the kernel had the module.
    delete onceInThread<{ cable?: NetlinkSocket }>('linkwatch', () => ({})).cable;
    expect(hurryLinkwatch).not.toThrow();
  });
});
