# What the wider lane needs on this machine; sourced by scripts/interop.sh. What is missing is installed,
# and what cannot be installed ends the lane.

ORAS=v1.3.3
HELM=v4.3.1
CRANE=v0.22.1
COSIGN=v3.1.3
BUILDKIT=v0.33.1
# The newest that any of these modules asks for.
GO_VERSION=1.26.8

CLIENTS=${WHARFAGE_CLIENTS:-${XDG_CACHE_HOME:-$HOME/.cache}/wharfage/clients}
GO=

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_packages() {
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" > /dev/null
}

# need_packages <command>=<package>…: one call of apt for all that is missing.
need_packages() {
  local pair missing=()
  for pair in "$@"; do
    if ! PATH=$PATH:/usr/sbin:/sbin command -v "${pair%%=*}" > /dev/null; then missing+=("${pair#*=}"); fi
  done
  if [ "${#missing[@]}" -gt 0 ]; then install_packages "${missing[@]}"; fi
}

find_browser() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

need_browser() {
  find_browser > /dev/null || install_packages chromium fonts-liberation
  WHARFAGE_BROWSER=$(find_browser)
  export WHARFAGE_BROWSER
}

is_new_enough() {
  [ "$(printf 'go%s\n%s\n' "$GO_VERSION" "$("$1" env GOVERSION)" | sort -V | head -n 1)" = "go$GO_VERSION" ]
}

module_folder() {
  "$1" mod download -json "$2" | node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).Dir'
}

# Debian's own is years older than these modules ask for, and does not fetch a newer one by itself. Go's
# tool chain is a Go module too, whose zip archive forgets what is a program.
need_go() {
  local folder
  if [ -n "$GO" ]; then return; fi
  need_packages go=golang-go
  GO=go
  if is_new_enough go; then return; fi
  folder=$(GOTOOLCHAIN=local module_folder go "golang.org/toolchain@v0.0.1-go$GO_VERSION.linux-$(go env GOARCH)")
  chmod -R u+w "$folder"
  chmod +x "$folder"/bin/* "$folder"/pkg/tool/*/*
  GO=$folder/bin/go
}

# build_client <name> <module> <version> <package>: once for a version; the next lane finds it.
build_client() {
  local target=$CLIENTS/$1-$3 folder
  if [ -x "$target" ]; then return; fi
  need_go
  echo "building $1 $3 from $2" >&2
  mkdir -p "$CLIENTS"
  folder=$(cd "$CLIENTS" && GOTOOLCHAIN=local module_folder "$GO" "$2@$3")
  # Inside the module, so that what it replaces counts.
  (cd "$folder" && GOTOOLCHAIN=local GOFLAGS=-mod=readonly CGO_ENABLED=0 \
    "$GO" build -trimpath -buildvcs=false -ldflags '-s -w' -o "$target.new" "$4")
  mv "$target.new" "$target"
}

need_clients() {
  need_packages dockerd=docker.io containerd=containerd podman=podman skopeo=skopeo docker-registry=docker-registry
  build_client oras oras.land/oras "$ORAS" ./cmd/oras
  build_client helm helm.sh/helm/v4 "$HELM" ./cmd/helm
  # Debian's, not another that stands before it in the path.
  export WHARFAGE_DOCKER=/usr/bin/docker
  export WHARFAGE_ORAS=$CLIENTS/oras-$ORAS WHARFAGE_HELM=$CLIENTS/helm-$HELM
}

need_more_clients() {
  need_packages buildah=buildah
  build_client crane github.com/google/go-containerregistry "$CRANE" ./cmd/crane
  build_client cosign github.com/sigstore/cosign/v3 "$COSIGN" ./cmd/cosign
  build_client buildkitd github.com/moby/buildkit "$BUILDKIT" ./cmd/buildkitd
  build_client buildctl github.com/moby/buildkit "$BUILDKIT" ./cmd/buildctl
  export WHARFAGE_CRANE=$CLIENTS/crane-$CRANE WHARFAGE_COSIGN=$CLIENTS/cosign-$COSIGN
  export WHARFAGE_BUILDCTL=$CLIENTS/buildctl-$BUILDKIT
}
