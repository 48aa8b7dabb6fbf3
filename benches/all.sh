#!/usr/bin/env bash
# Makes the numbers of docs/performance.md again. Needs valgrind and Linux. On two cores it takes
# about an hour, most of it for building; a machine that does nothing else gives the best times.
#
#   benches/all.sh [quick]      quick: the instructions and allocations only
set -euo pipefail
cd "$(dirname "$0")/.."
compare() {
    cargo bench --manifest-path benches/compare/Cargo.toml --bench "$@"
}
rustc --version
grep -m 1 'model name' /proc/cpuinfo || true
compare instructions
[ "${1:-}" = quick ] && exit
compare rate_limit
compare calls
cargo bench -p frameio --bench stack
cargo bench -p frameio --bench decode
cargo bench -p frameio-webhook --bench webhook
benches/build_time.sh
