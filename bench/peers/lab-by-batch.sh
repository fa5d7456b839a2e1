#!/bin/bash
# The lab of lab-by-steps.sh through `ip -batch` in one file, which gets into a namespace by `netns exec`.
source "$(dirname "$0")/timing.sh"
set -e
started
ip -batch - <<END
netns add ns1
netns add ns2
netns add host
netns add gateway
netns add sw
netns exec sw ip link add br0 type bridge mcast_snooping 0
netns exec sw ip link set br0 up
netns exec sw ip link add p0 type veth peer name up0 netns host
netns exec sw ip link set p0 master br0 up
netns exec host ip link set up0 up
netns exec host ip address add 10.0.0.18/24 dev up0
netns exec sw ip link add p1 type veth peer name eth0 netns gateway
netns exec sw ip link set p1 master br0 up
netns exec gateway ip link set eth0 up
netns exec gateway ip address add 10.0.0.1/24 dev eth0
netns exec host ip link add m1 link up0 netns ns1 type macvlan mode bridge
netns exec ns1 ip link set m1 up
netns exec ns1 ip address add 10.0.0.101/24 dev m1
netns exec host ip link add m2 link up0 netns ns2 type macvlan mode bridge
netns exec ns2 ip link set m2 up
netns exec ns2 ip address add 10.0.0.102/24 dev m2
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
