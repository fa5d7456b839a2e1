import { expect, test } from 'hairpin';
import { vi } from 'vitest';
import { NO_BUSYBOX } from './busybox.ts';
import { addDockerPair } from './docker-pair.ts';

// An engine starts in 0.4 s; on a busy machine in many.
vi.setConfig({ testTimeout: 60_000, hookTimeout: 60_000 });

const MODES = ['bridge', 'private', 'vepa', 'passthru'] as const;
const CASES = MODES.flatMap((mode) => [false, true].map((hairpin) => ({ mode, hairpin })));

// ns1 (container) ─ eth0, Docker's macvlan ┐
//                                          ├─ up0 (docker: the engine) ── p0 (sw) ── gateway, neighbour
// ns2 (container) ─ eth0, Docker's macvlan ┘
test.for(CASES)(
  "Docker's macvlan network of mode $mode behaves as the kernel's, behind a switch with hairpin $hairpin",
  async ({ mode, hairpin }, { lab, docker, skip }) => {
    skip(NO_BUSYBOX !== undefined, NO_BUSYBOX);
    const pair = await addDockerPair(lab, docker, { mode, hairpin });

    const [link] = JSON.parse((await pair.ns1.exec('ip', ['-j', '-d', 'link', 'show', 'type', 'macvlan'])).stdout);
    expect(link.linkinfo).toMatchObject({ info_kind: 'macvlan', info_data: { mode } });
    await expect(pair).toBehaveAs(mode, { hairpin });
  },
);
