import { createLab, expect, type Lab, test } from 'hairpin';
import { engineOf, enginesOf } from '../../lib/lab/engines/engine.ts';
import { veth } from '../../lib/links/veth.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import { heldDescriptors, ipLinkNames } from './referee.ts';

/** A small lab, and the names by which this process could hold its namespaces. */
function smallLab(): { lab: Lab; inodes: string[] } {
  const lab = createLab();
  const sw = lab.switch('sw');
  for (const name of ['a', 'b']) lab.cable(lab.namespace(name), sw);
  return { lab, inodes: enginesOf(lab.namespaces).map(({ netns }) => `net:[${netns.inode}]`) };
}

// a, b ── sw
test('a closed lab leaves this process no descriptor of its namespaces', async () => {
  const { lab, inodes } = smallLab();
  expect(heldDescriptors()).toEqual(expect.arrayContaining(inodes));
  await lab.close();
  const held = heldDescriptors();
  expect(inodes.filter((inode) => held.includes(inode))).toEqual([]);
});

// witness (of another lab) ── a, b ── sw: the kernel deletes the witness's end when it takes the namespace of a down
test('the kernel takes the namespaces of a closed lab down', async ({ lab: other }) => {
  const witness = other.namespace('witness');
  const { lab } = smallLab();
  for (const [number, { netns }] of enginesOf(lab.namespaces).entries()) {
    const kind = veth.as({ peer: { index: 900 + number, name: 'seen', netns: netns.fd } });
    engineOf(witness).rtnetlink.change(ipLink.add({ index: 800 + number, name: `witness${number}`, ...kind }));
  }
  expect(await ipLinkNames(witness)).toHaveLength(3);
  await lab.close();
  await expect.poll(() => ipLinkNames(witness), { interval: 5 }).toEqual([]);
});

// a, b ── sw
test('a lab may be closed twice, also while it closes', async () => {
  const { lab } = smallLab();
  const program = lab.namespaces[0]?.exec('sleep', ['1000'], { reject: false });
  expect(lab.closed).toBe(false);
  await Promise.all([lab.close(), lab.close()]);
  expect(lab.closed).toBe(true);
  await lab.close();
  expect(await program).toMatchObject({ signal: 'SIGKILL' });
});

// a, b ── sw
test('await using closes the lab at the end of its block, after a throw too', async () => {
  let made: Lab | undefined;
  let inode: number | undefined;
  const failure = new Error('in the block');
  const block = async () => {
    await using lab = createLab();
    made = lab;
    inode = engineOf(lab.namespace('a')).netns.inode;
    throw failure;
  };
  await expect(block()).rejects.toBe(failure);
  expect(made?.closed).toBe(true);
  expect(heldDescriptors()).not.toContain(`net:[${inode}]`);
});

let ofFailed: Lab | undefined;

test.fails('a test that fails …', ({ lab }) => {
  ofFailed = lab;
  expect(lab.namespace('a').name).toBe('b');
});

test('… has its lab closed all the same', () => {
  expect(ofFailed).toMatchObject({ closed: true, namespaces: [{ name: 'a' }] });
  expect(enginesOf(ofFailed?.namespaces ?? [])).toMatchObject([{ netns: { closed: true } }]);
});

// a, b ── sw, and two things that cannot be closed
test('what cannot be closed is told of after the rest has been', async () => {
  const { lab, inodes } = smallLab();
  for (const name of ['first', 'second']) {
    engineOf(lab).resources.add({
      close() {
        throw new Error(`${name} is stuck`);
      },
    });
  }
  const closing = lab.close();
  await expect(closing).rejects.toThrow(
    new AggregateError(
      [new Error('second is stuck'), new Error('first is stuck')],
      'closing the lab: Error: second is stuck; Error: first is stuck',
    ),
  );
  const held = heldDescriptors();
  expect(inodes.filter((inode) => held.includes(inode))).toEqual([]);
});
