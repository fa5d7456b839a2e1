import { expect, test } from 'hairpin';
import { PrivateEngine } from '../../../lib/containers/private-engine.ts';
import { importBusybox } from '../busybox.ts';

// docker: the engine ── up0 (macvlan network of Docker's: on-macvlan)
// client ── web (container): both alive until somebody kills the run
//
// Not a spec of its own: kill.spec.ts runs it in a vitest of its own and kills that.
test('holds containers until it is killed', { timeout: 60_000 }, async ({ lab, docker }) => {
  await importBusybox(docker);
  const command = ['sleep', '1000'];
  const web = await lab.container('web', 'busybox', { command });
  const client = lab.namespace('client');
  lab.cable(client, web);
  if (docker instanceof PrivateEngine) {
    lab.cable(docker.namespace, lab.switch('sw'), { a: { name: 'up0' } });
    await docker.cli(['network', 'create', '-d', 'macvlan', '-o', 'parent=up0', 'net']);
    await lab.container('on-macvlan', 'busybox', { command, network: 'net' });
  }
  await expect(client).toReach(web);
  process.stdout.write(`READY ${JSON.stringify({ worker: process.pid })}\n`);
  await client.exec('sleep', ['1000']);
});
