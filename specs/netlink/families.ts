import '../../lib/lab/index.ts';
import { bridgeLink } from '../../lib/links/bridge-port.ts';
import { ipAddress } from '../../lib/netlink/address.ts';
import { ipAddrlabel } from '../../lib/netlink/addrlabel.ts';
import { ipAltname } from '../../lib/netlink/altname.ts';
import { bridgeMst, bridgeVlanGlobal } from '../../lib/netlink/bridge-mst.ts';
import { bridgeVlan, bridgeVlanOptions } from '../../lib/netlink/bridge-vlan.ts';
import { bridgeVni } from '../../lib/netlink/bridge-vni.ts';
import { ipDeviceSysctls } from '../../lib/netlink/device-sysctls.ts';
import { tcFilter } from '../../lib/netlink/filter.ts';
import { ipLink } from '../../lib/netlink/link.ts';
import { bridgeMdb } from '../../lib/netlink/mdb.ts';
import { ipMroute } from '../../lib/netlink/mroute.ts';
import { ipNetns } from '../../lib/netlink/namespace-id.ts';
import { bridgeFdb, ipNeighbour } from '../../lib/netlink/neighbour.ts';
import { ipNtable } from '../../lib/netlink/neighbour-table.ts';
import { ipNexthop } from '../../lib/netlink/nexthop.ts';
import { ipNexthopBucket } from '../../lib/netlink/nexthop-bucket.ts';
import { tcQdisc } from '../../lib/netlink/qdisc.ts';
import { ipRoute } from '../../lib/netlink/route.ts';
import { ipRule } from '../../lib/netlink/rule.ts';
import { ipToken } from '../../lib/netlink/token.ts';
import { ipXfrmPolicy } from '../../lib/netlink/xfrm-policy.ts';
import { ipXfrmState } from '../../lib/netlink/xfrm-state.ts';

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
