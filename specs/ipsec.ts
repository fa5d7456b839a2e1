import { createLab } from 'hairpin';

/** Whether the kernel has ESP, and the ciphers of these specs. */
export function hasEsp(): Promise<boolean> {
  const ciphers = ['auth', 'hmac(sha1)', '0x01', 'enc', 'cbc(aes)', '0x0102030405060708090a0b0c0d0e0f10'];
  return hasState('proto', 'esp', 'spi', '1', ...ciphers);
}

/** Whether the kernel takes such a state. It is asked by `ip`, so that no fault of hairpin skips a spec. */
export async function hasState(...words: string[]): Promise<boolean> {
  await using lab = createLab();
  const args = ['xfrm', 'state', 'add', 'src', '10.0.0.1', 'dst', '10.0.0.2', ...words];
  const { exitCode } = await lab.namespace('a').exec('ip', args, { reject: false });
  return exitCode === 0;
}
