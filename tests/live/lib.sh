# shellcheck shell=bash
# What live tests and the demo share: a network namespace with a veth pair, a private Redis on a unix socket, a daemon
# on one end of the pair. Everything is made in $dir and in the namespace, and taken away by cleanup; only processes
# started here are ended, by their pid.

dir= ns= redis_pid= daemon_pid= ns_made=

live_cleanup() {
	local pid
	for pid in $daemon_pid $redis_pid "$@"; do
		kill "$pid" 2>/dev/null && for _ in $(seq 50); do kill -0 "$pid" 2>/dev/null || break; sleep 0.1; done
		kill -9 "$pid" 2>/dev/null
		wait "$pid" 2>/dev/null
	done
	[ -n "$ns_made" ] && ip netns delete "$ns" 2>/dev/null
	[ -n "$dir" ] && rm -rf "$dir"
	daemon_pid= redis_pid= ns_made= dir=
}

# Why live tests cannot run here, or nothing.
live_obstacle() {
	local tool
	[ "$(id -u)" = 0 ] || { echo "needs root for a network namespace"; return; }
	for tool in ip redis-server redis-cli tcpreplay; do
		command -v $tool >/dev/null || { echo "needs $tool: sudo make deps"; return; }
	done
	ns=mailtap-probe-$$
	if ! ip netns add $ns 2>/dev/null; then
		echo "cannot make a network namespace here"
		return
	fi
	ip -n $ns link add probe0 type veth peer name probe1 2>/dev/null || echo "cannot make a veth pair here"
	ip netns delete $ns
}

live_open() {
	dir=$(mktemp -d)
	chmod 0755 "$dir"
	ns=mailtap-$1-$$
	ip netns add "$ns" || return 1
	ns_made=yes
	ip -n "$ns" link set lo up
	# tap0 is what the sensor sees, wire0 where packets are played.
	ip -n "$ns" link add tap0 mtu 9000 type veth peer name wire0 mtu 9000 || return 1
	ip netns exec "$ns" sysctl -q -w net.ipv6.conf.all.disable_ipv6=1 2>/dev/null
	ip -n "$ns" link set tap0 up && ip -n "$ns" link set wire0 up
}

# live_redis [ARGUMENT...]: on $dir/redis.sock, with its data in $dir.
live_redis() {
	redis-server --port 0 --unixsocket "$dir/redis.sock" --unixsocketperm 777 --dir "$dir" --save "" \
		--appendonly yes --daemonize no --logfile "$dir/redis.log" "$@" >/dev/null 2>&1 &
	redis_pid=$!
	for _ in $(seq 100); do
		redis-cli -s "$dir/redis.sock" ping >/dev/null 2>&1 && return 0
		sleep 0.1
	done
	echo "redis-server did not come up:"; cat "$dir/redis.log"
	return 1
}

redis() {
	redis-cli -s "$dir/redis.sock" "$@"
}

# live_daemon [ARGUMENT...]: on tap0, as nobody, ready when it says so.
live_daemon() {
	ip netns exec "$ns" "$MAILTAPD" -f -i tap0 --set daemon.user=nobody --set daemon.control.path="$dir/control.sock" \
		--set publish.redis.enabled=true --set publish.redis.address="unix:$dir/redis.sock" \
		--set capture.immediate=true --set publish.redis.retry_min=100ms --set publish.redis.retry_max=500ms \
		--set capture.retry_min=100ms --set capture.retry_max=500ms --set sensor_name=live "$@" \
		2>>"$dir/daemon.log" &
	daemon_pid=$!
	for _ in $(seq 200); do
		grep -q 'is up on' "$dir/daemon.log" && return 0
		kill -0 $daemon_pid 2>/dev/null || break
		sleep 0.05
	done
	echo "mailtapd did not come up:"; cat "$dir/daemon.log"
	return 1
}

# live_play FILE...: at a rate that loses nothing.
live_play() {
	ip netns exec "$ns" tcpreplay -q -i wire0 --mbps=100 "$@" >"$dir/tcpreplay.log" 2>&1 || {
		cat "$dir/tcpreplay.log"; return 1; }
}

# wait_for SECONDS COMMAND...: until it succeeds.
wait_for() {
	local until=$((SECONDS + $1))
	shift
	until "$@" >/dev/null 2>&1; do
		[ $SECONDS -lt $until ] || return 1
		sleep 0.1
	done
}
