# Shared by the benchmarks. Sourced, not run.
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
root=$(cd "$here/.." && pwd)
work=${BENCH_DIR:-/tmp/updatemirror-bench}
mkdir -p "$work"

# An optimised binary of this tree; UPDATEMIRROR_BINARY names another one.
if [ -n "${UPDATEMIRROR_BINARY:-}" ]; then
  binary=$UPDATEMIRROR_BINARY
else
  swift build -c release --package-path "$root" --product updatemirror >&2
  binary=$(swift build -c release --package-path "$root" --show-bin-path)/updatemirror
fi

started_pids=()
stop_started() { for pid in "${started_pids[@]:-}"; do [ -z "$pid" ] || kill "$pid" 2>/dev/null || true; done; }
trap stop_started EXIT

say() { printf '%s\n' "$*"; }

# measure NAME COMMAND...: runs it; sets seconds, rss (MiB, peak of the largest process) and cpu (seconds).
measure() {
  local name=$1 record="$work/measure.txt"
  shift
  "$here/measure" "$record" "$@"
  read -r seconds cpu rss <"$record"
  printf '%-46s %8.2f s  %8.2f s CPU  %6.0f MiB peak\n' "$name" "$seconds" "$cpu" "$rss"
}

ratio() { awk -v a="$1" -v b="$2" 'BEGIN { printf "%.2f", a / b }'; }

# serve STATE LOG: starts an upstream server on a free loopback port; sets url and served.
serve() {
  local log=$2
  "$binary" serve --state "$1" --set serve.host=127.0.0.1 --set serve.port=0 >"$log" 2>&1 &
  served=$!
  started_pids+=("$served")
  url=""
  for _ in $(seq 200); do
    url=$(sed -n 's/.*serving .* on \(http:.*\)/\1/p' "$log")
    [ -z "$url" ] || return 0
    kill -0 "$served" 2>/dev/null || break
    sleep 0.1
  done
  cat "$log" >&2
  say "the server did not start" >&2
  exit 1
}

stop() {
  kill "$1" 2>/dev/null || true
  wait "$1" 2>/dev/null || true
}
