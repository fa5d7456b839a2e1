import { readFileSync } from 'node:fs';

/** The page's script. `npm run build` has bundled it; in a checkout of hairpin it is bundled as its source now is. */
export async function clientScript(): Promise<string> {
  const isSource = import.meta.url.endsWith('.ts');
  const script = isSource ? await bundled() : readFileSync(new URL('./client.js', import.meta.url), 'utf8');
  // Nothing in it may end the element that it is put into.
  return script.replaceAll('</script', '<\\/script');
}

async function bundled(): Promise<string> {
  const [{ build }, { default: config }] = await Promise.all([import('vite'), import('./vite.config.ts')]);
  const built = await build({ ...config, configFile: false, build: { ...config.build, write: false } });
  const output = [built].flat().flatMap((each) => ('output' in each ? each.output : []));
  const chunk = output.find((each) => each.type === 'chunk');
  if (!chunk) throw new Error('vite has bundled nothing');
  return chunk.code;
}
