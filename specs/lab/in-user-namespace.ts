import type { Lab } from 'hairpin';
import { ownModule } from '../own-module.ts';

/**
 * What a script prints in a user namespace of its own, whose root is not the host's. An error is printed as `name: message`.
 *
 * @param prepare a line of shell that ends in `exec "$@"`, which starts Node
 * @param body has `createLab` and `lab`
 */
export async function inUserNamespace(lab: Lab, prepare: string, body: string): Promise<string> {
  const script = `import { createLab } from '${ownModule('lab/index')}';
    const lab = createLab();
    try { ${body} }
    catch (error) { console.log(error.name + ': ' + error.message); }
    await lab.close();`;
  const node = [process.execPath, '--no-warnings', '--input-type=module', '--eval', script];
  const elsewhere = ['--user', '--map-root-user', '--net', '--mount', '--', 'sh', '-c', prepare, 'sh'];
  return (await lab.namespace('elsewhere').exec('unshare', [...elsewhere, ...node])).stdout;
}

/** There `/dev` has no nodes. */
export const WITHOUT_NODES = 'mount -t tmpfs none /dev && exec "$@"';
