#!/usr/bin/env bash
# Measures the numbers of docs/performance.md. Needs valgrind and Linux. On two cores it takes about an
# hour, most of it for building. Run it on an idle machine.
#
#   benches/all.sh [quick]      quick: instructions, allocations and CPU time of calls only
set -euo pipefail
cd "$(dirname "$0")/.."
compare() {
    cargo bench --manifest-path benches/compare/Cargo.toml --bench "$@"
}
rustc --version
grep -m 1 'model name' /proc/cpuinfo || true
compare instructions
compare cpu_time
[ "${1:-}" = quick ] && exit
compare rate_limit
compare calls
cargo bench -p frameio --bench stack
cargo bench -p frameio --bench decode
cargo bench -p frameio-webhook --bench webhook
benches/build_time.sh
