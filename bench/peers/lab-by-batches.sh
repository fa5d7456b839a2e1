#!/bin/bash
# The lab of lab-by-steps.sh through `ip -batch`: one process for the names, and one for each namespace.
source "$(dirname "$0")/timing.sh"
set -e
started
ip -batch - <<END
netns add ns1
netns add ns2
netns add host
netns add gateway
netns add sw
END
ip -n sw -batch - <<END
link add br0 type bridge mcast_snooping 0
link set br0 up
link add p0 type veth peer name up0 netns host
link set p0 master br0 up
link add p1 type veth peer name eth0 netns gateway
link set p1 master br0 up
END
ip -n host -batch - <<END
link set up0 up
address add 10.0.0.18/24 dev up0
link add m1 link up0 netns ns1 type macvlan mode bridge
link add m2 link up0 netns ns2 type macvlan mode bridge
END
ip -n gateway -batch - <<END
link set eth0 up
address add 10.0.0.1/24 dev eth0
END
ip -n ns1 -batch - <<END
link set m1 up
address add 10.0.0.101/24 dev m1
END
ip -n ns2 -batch - <<END
link set m2 up
address add 10.0.0.102/24 dev m2
END
ended build
started
ip -batch - <<END
netns del ns1
netns del ns2
netns del host
netns del gateway
netns del sw
END
ended close
