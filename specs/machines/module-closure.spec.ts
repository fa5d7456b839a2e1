import { expect, test } from 'vitest';
import { moduleClosure } from '../../lib/machines/module-closure.ts';

// modules.dep and modules.builtin as depmod writes them for Debian's 6.1.
const index = {
  dependencies: [
    'kernel/drivers/virtio/virtio_ring.ko:',
    'kernel/drivers/virtio/virtio.ko: kernel/drivers/virtio/virtio_ring.ko',
    'kernel/drivers/virtio/virtio_pci.ko: kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko',
    'kernel/fs/fuse/fuse.ko:',
    'kernel/fs/fuse/virtiofs.ko: kernel/fs/fuse/fuse.ko kernel/drivers/virtio/virtio.ko kernel/drivers/virtio/virtio_ring.ko',
    'kernel/net/snd-pcm.ko.xz:',
  ].join('\n'),
  builtin: 'kernel/fs/overlayfs/overlay.ko\n',
};

test('a module comes behind all that it needs, and once', () => {
  const { paths, missing } = moduleClosure(index, ['virtio_pci', 'virtiofs']);
  expect(missing).toEqual([]);
  expect(paths.map((path) => path.split('/').at(-1))).toEqual([
    'virtio_ring.ko',
    'virtio.ko',
    'virtio_pci.ko',
    'fuse.ko',
    'virtiofs.ko',
  ]);
});

test('what is in the image is neither loaded nor missing', () => {
  expect(moduleClosure(index, ['overlay'])).toEqual({ paths: [], missing: [] });
});

test('dash and underscore are one, and a compressed module is one too', () => {
  expect(moduleClosure(index, ['snd_pcm']).paths).toEqual(['kernel/net/snd-pcm.ko.xz']);
});

test('what the kernel does not have is named', () => {
  expect(moduleClosure(index, ['9p', 'virtiofs']).missing).toEqual(['9p']);
});
