import { expect, test } from 'hairpin';
import { addRoutedHosts } from '../routed-hosts.ts';

// a ── r, which lets two connections a second pass, and refuses the others ── b
test.for(['reject with tcp reset', 'reject'])('a limit, and then %s', async (refuse, { lab }) => {
  const { a, r, b } = addRoutedHosts(lab);
  const limit = 'tcp flags syn limit rate 2/second burst 1 packets accept';
  const rules = `${limit}; meta l4proto tcp ip daddr 10.0.1.2 ${refuse};`;
  await r.exec('nft', [`table ip t { chain c { type filter hook forward priority 0; ${rules} }; }`]);
  // It takes what the limit has left.
  await expect(a).toReach(b, { by: 'tcp' });
  await expect(expect(a).not.toReach(b, { by: 'tcp' })).rejects.toThrow(/^Received: +an answer/m);
});
