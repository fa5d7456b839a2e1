import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Namespace } from 'hairpin';

const PORT = 4873;

/** A registry of npm's inside a namespace, which has the tarball of one package and nothing else. Gives its address. */
export async function registry(
  host: Namespace,
  tarball: string,
  onTestFinished: (clean: () => void) => void,
): Promise<string> {
  const file = await readFile(tarball);
  const { stdout } = await host.exec('tar', ['-xzOf', tarball, 'package/package.json']);
  const manifest = JSON.parse(stdout);
  const url = `http://127.0.0.1:${PORT}`;
  const version = {
    ...manifest,
    dist: { tarball: `${url}/${manifest.name}/-/${manifest.name}-${manifest.version}.tgz` },
  };
  const { name } = manifest;
  const document = { name, 'dist-tags': { latest: manifest.version }, versions: { [manifest.version]: version } };
  const server = host.run(() =>
    createServer(({ url: path = '' }, response) => {
      if (path === `/${name}`) response.end(JSON.stringify(document));
      else if (path.endsWith('.tgz')) response.end(file);
      else response.writeHead(404).end('{}');
    }).listen(PORT, '127.0.0.1'),
  );
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return url;
}
