import type { DevicePair } from './device-pair.ts';
import type { Ends } from './ends.ts';
import type { Unit } from './unit.ts';

/** Its other end sends as one of the channels that the file receives from, and receives what the file sends. */
export async function macsec(ends: Ends, name: string, unit: Unit): Promise<DevicePair> {
  const { far: below } = await ends.below(name);
  const { mac } = ends.interface(name);
  const far = ends.newName();
  const received = unit
    .each('MACsecReceiveAssociation', 'Port', 'MACAddress', 'KeyId', 'Key', 'Activate')
    .find(([, , , key, isActive]) => key !== undefined && isActive === 'yes');
  const sent = unit.each('MACsecTransmitAssociation', 'KeyId', 'Key', 'UseForEncoding');
  const encoding = sent.findIndex(([, , isUsed]) => isUsed === 'yes');
  const [port, address = '', keyId, key] = received ?? [];
  await ends.onFar(`link set ${below} address ${address}`);
  await ends.onFar(`link add link ${below} name ${far} type macsec port ${port} encrypt on`);
  const macsecAdd = (words: string) => ends.onFar(`macsec add ${far} ${words}`);
  await macsecAdd(`tx sa 0 pn 100 on key ${keyId} ${key}`);
  const channel = `rx port ${unit.get('MACsec', 'Port')} address ${mac}`;
  await macsecAdd(channel);
  const [sentId, sentKey] = sent[encoding] ?? [];
  await macsecAdd(`${channel} sa ${encoding} pn 1 on key ${sentId} ${sentKey}`);
  return { near: name, far };
}
