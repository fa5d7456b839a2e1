import { type Interface, isLink, type Macvlan, type Uplink } from '../../lab/index.ts';
import { macvlan } from '../../links/macvlan.ts';
import { decodeEthernet } from '../../wire/ethernet.ts';
import { isGroupMac } from '../../wire/mac-address.ts';
import type { Obstacle } from './obstacle.ts';

/** Why a frame that came in by a parent was not handed to one of its children (`macvlan_handle_frame`). */
export function macvlanObstacle(parent: Interface | Uplink, child: Macvlan, bytes: Buffer): Obstacle | undefined {
  const frame = decodeEthernet(bytes);
  if (!frame) return undefined;
  if (!child.state().up) return { text: `${child} is down`, hint: `bring it up: set({ up: true }) on ${child}` };
  const siblings = [...parent.children].filter((each): each is Macvlan => isLink(each, macvlan) && !each.deleted);
  const sender = siblings.find((each) => each !== child && each.state().mac === frame.source);
  if (child.mode === 'source') return sourceObstacle(child, frame.source);
  if (!isGroupMac(frame.destination)) return unicastObstacle(parent, child, frame.destination);
  if (sender?.mode === 'private' || sender?.mode === 'source') {
    return {
      text: `${sender} is in mode ${sender.mode}: its broadcast comes back to itself alone`,
      hint: `set({ mode: 'vepa' }) or 'bridge' on ${sender}`,
    };
  }
  if (sender && child.mode === 'private') {
    return {
      text: `${child} is private: it hears no broadcast of its siblings`,
      hint: `set({ mode: 'vepa' }) or 'bridge' on ${child}`,
    };
  }
  return undefined;
}

/** `macvlan_forward_source`. */
function sourceObstacle(child: Macvlan, sender: string): Obstacle | undefined {
  if (child.macaddr.list().includes(sender)) return undefined;
  return {
    text: `${sender} is not on the list of ${child}, in mode source`,
    hint: `add it: macaddr.add('${sender}') on ${child}`,
  };
}

function unicastObstacle(parent: Interface | Uplink, child: Macvlan, destination: string): Obstacle | undefined {
  const { mac } = child.state();
  if (child.mode === 'passthru' || destination === mac) return undefined;
  return {
    text: `the frame is for ${destination}; ${child} has ${mac}, ${parent} ${parent.state().mac}`,
    hint: 'a permanent neighbour entry with an old MAC address?',
  };
}
