#!/bin/bash
# The article's procedure: for each case the network, four questions by `ping -c2`, and all away again.
# ns1 ─ m1 ┐
#          ├─ up0 (host) ── p0 (sw) ── gateway, neighbour
# ns2 ─ m2 ┘
source "$(dirname "$0")/timing.sh"
set -e

build() { # mode, hairpin
  for ns in ns1 ns2 host gateway neighbour sw; do ip netns add $ns; done
  ip -n sw link add br0 type bridge mcast_snooping 0
  ip -n sw link set br0 up
  cable p0 host up0 10.0.0.18
  cable p1 gateway eth0 10.0.0.1
  cable p2 neighbour eth0 10.0.0.10
  ip -n sw link set p0 type bridge_slave hairpin $2
  ip -n host link set up0 promisc on
  macvlan ns1 m1 $1 10.0.0.101
  macvlan ns2 m2 $1 10.0.0.102
}

cable() { # port, namespace, device, address
  ip -n sw link add $1 type veth peer name $3 netns $2
  ip -n sw link set $1 master br0 up
  ip -n $2 address add $4/24 dev $3
  ip -n $2 link set $3 up
}

macvlan() { # namespace, device, mode, address
  ip -n host link add $2 link up0 netns $1 type macvlan mode $3
  ip -n $1 address add $4/24 dev $2
  ip -n $1 link set $2 promisc on
  ip -n $1 link set $2 up
}

ask() { # case, place, address
  if ip netns exec ns1 ping -c2 $3 > /dev/null; then echo "answer $1 $2 yes"; else echo "answer $1 $2 no"; fi
}

away() {
  for ns in ns1 ns2 host gateway neighbour sw; do ip netns del $ns; done
}

started
for case in bridge private vepa vepa+hairpin; do
  if [ $case = vepa+hairpin ]; then build vepa on; else build $case off; fi
  ask $case peer 10.0.0.102
  ask $case gateway 10.0.0.1
  ask $case neighbour 10.0.0.10
  ask $case parent 10.0.0.18
  away
done
ended article
