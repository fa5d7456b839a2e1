import type { AttemptDetail } from '../page-data.ts';

const MEANINGS: Record<string, string> = {
  'failure.json': 'the failure as data',
  'lab.pcapng': 'every frame at every device, for Wireshark',
  'lab.sh': 'rebuilds the network with ip and bridge',
  'state.txt': 'addresses, routes, neighbours, ports',
  'topology.svg': 'the drawing',
  'topology.mmd': 'the drawing for Mermaid',
  'daemons.txt': 'what the daemons have printed',
  'frr.txt': 'what the routers had learnt, and their configurations',
};

/** The files that were kept of a failure. */
export function EvidenceLinks({ links }: Pick<AttemptDetail, 'links'>) {
  return (
    <section class="evidence" aria-labelledby="evidence-title">
      <h3 id="evidence-title">Evidence</h3>
      <ul>
        {links.map(({ name, href }) => (
          <li key={name}>
            <a href={href}>{name}</a>
            {MEANINGS[name] && <small> {MEANINGS[name]}</small>}
          </li>
        ))}
      </ul>
    </section>
  );
}
