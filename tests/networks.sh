#!/bin/sh
# A scheduler, and two workers that each see nothing but a cable to it; then the test among them.
# In a network of its own: see test_distributed.py. Wants dask and python as its arguments.
set -e
dask=$1
python=$2
port=18786
ip link set lo up
"$dask" scheduler --host 0.0.0.0 --port $port --no-dashboard --no-show &
for n in 1 2; do
  unshare --net sleep 1000 & holder=$!
  sleep 0.3
  ip link add "host$n" type veth peer name "work$n"
  ip link set "work$n" netns $holder
  ip addr add "10.77.$n.1/24" dev "host$n"; ip link set "host$n" up
  nsenter -t $holder -n ip link set lo up
  nsenter -t $holder -n ip addr add "10.77.$n.2/24" dev "work$n"
  nsenter -t $holder -n ip link set "work$n" up
  WORKER=$n nsenter -t $holder -n "$dask" worker "tcp://10.77.$n.1:$port" --no-nanny \
    --nthreads 1 --no-dashboard --host "10.77.$n.2" --name "$n" &
done
exec "$python" -m pytest -p no:cacheprovider "$(dirname "$0")/networks.py"
