import { harmless } from '../base/visible-text.ts';

/** How long an engine may take to answer, in milliseconds; one that hangs must not take the tests along. */
const DEADLINE = 30_000;

/** One request to an engine's API, over its socket. For what must work without testcontainers. The cause of a refusal is its status. */
export async function askEngine(socketPath: string, method: 'GET' | 'DELETE', path: string): Promise<string> {
  // Only now: with it Node loads undici, which takes a tenth of a worker's start.
  const { request } = await import('node:http');
  return new Promise((resolve, reject) => {
    const asked = request(
      { socketPath, method, path, agent: false, signal: AbortSignal.timeout(DEADLINE) },
      (response) => {
        let body = '';
        response.setEncoding('utf8');
        response.on('data', (text) => {
          body += text;
        });
        response.on('end', () => {
          const { statusCode = 0 } = response;
          if (statusCode < 300) resolve(body);
          else {
            const message = `${method} ${path}: the engine answered ${statusCode}: ${harmless(body.trim())}`;
            reject(new Error(message, { cause: statusCode }));
          }
        });
        response.on('error', reject);
      },
    );
    asked.on('error', reject);
    asked.end();
  });
}

/** Every container with a label of this value, running or not. */
export async function containersLabelled(socketPath: string, label: string, value: string): Promise<string[]> {
  const filters = encodeURIComponent(JSON.stringify({ label: [`${label}=${value}`] }));
  const found = JSON.parse(await askEngine(socketPath, 'GET', `/containers/json?all=1&filters=${filters}`));
  return (found as { Id: string }[]).map(({ Id }) => Id);
}

/** Kills a container and removes it with its volumes. */
export async function removeContainer(socketPath: string, id: string): Promise<void> {
  await askEngine(socketPath, 'DELETE', `/containers/${id}?force=1&v=1`);
}
