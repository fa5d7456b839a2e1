import '../../lib/lab/index.ts';
import { bridgeLink } from '../../lib/links/bridge-port.ts';
import { ipAddress } from '../../lib/netlink/address.ts';
import { ipAddrlabel } from '../../lib/netlink/addrlabel.ts';
import { ipAltname } from '../../lib/netlink/altname.ts';
import { bridgeMst, bridgeVlanGlobal } from '../../lib/netlink/bridge/bridge-mst.ts';
import { bridgeVlan, bridgeVlanOptions } from '../../lib/netlink/bridge/bridge-vlan.ts';
import { bridgeVni } from '../../lib/netlink/bridge/bridge-vni.ts';
import { bridgeMdb } from '../../lib/netlink/bridge/mdb.ts';
import { ipDeviceSysctls } from '../../lib/netlink/device-sysctls.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import { ipNetns } from '../../lib/netlink/namespace-id.ts';
import { ipMroute } from '../../lib/netlink/routing/mroute.ts';
import { bridgeFdb, ipNeighbour } from '../../lib/netlink/routing/neighbour.ts';
import { ipNtable } from '../../lib/netlink/routing/neighbour-table.ts';
import { ipNexthop } from '../../lib/netlink/routing/nexthop.ts';
import { ipNexthopBucket } from '../../lib/netlink/routing/nexthop-bucket.ts';
import { ipRoute } from '../../lib/netlink/routing/route.ts';
import { ipRule } from '../../lib/netlink/routing/rule.ts';
import { tcFilter } from '../../lib/netlink/tc/filter.ts';
import { tcQdisc } from '../../lib/netlink/tc/qdisc.ts';
import { ipToken } from '../../lib/netlink/token.ts';
import { ipXfrmPolicy } from '../../lib/netlink/xfrm/xfrm-policy.ts';
import { ipXfrmState } from '../../lib/netlink/xfrm/xfrm-state.ts';

/** Every family of objects; the lab registers its kinds of links. */
export const FAMILIES = {
  ipLink,
  ipDeviceSysctls,
  bridgeLink,
  ipAddress,
  ipAddrlabel,
  ipRoute,
  ipRule,
  ipNexthop,
  ipNexthopBucket,
  ipMroute,
  ipNeighbour,
  bridgeFdb,
  bridgeMdb,
  bridgeVlan,
  bridgeVlanOptions,
  bridgeVlanGlobal,
  bridgeMst,
  bridgeVni,
  ipNtable,
  tcQdisc,
  tcFilter,
  ipNetns,
  ipAltname,
  ipToken,
  ipXfrmPolicy,
  ipXfrmState,
};
