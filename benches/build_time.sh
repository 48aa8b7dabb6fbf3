#!/usr/bin/env bash
# Measures build time and size of a hello-world: on frameio with default features, on reqwest, and on raw
# hyper with rustls, all with HTTP/1.1 and HTTP/2. Clean builds, one after the other.
#
#   benches/build_time.sh [debug|release ...]      default: both
#
# Prints a line for each: wall-clock and CPU seconds, crates, and the size of the stripped binary in MiB.
set -euo pipefail
repo=$(cd "$(dirname "$0")/.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
profiles=("$@")
[ ${#profiles[@]} -gt 0 ] || profiles=(debug release)

# make NAME: creates a package from the dependencies on standard input and the main.rs in $work/main.
make() {
    mkdir -p "$work/$1/src"
    printf '[package]\nname = "%s"\nversion = "0.0.0"\nedition = "2024"\n[workspace]\n[dependencies]\n' \
        "$1" >"$work/$1/Cargo.toml"
    cat >>"$work/$1/Cargo.toml"
    mv "$work/main" "$work/$1/src/main.rs"
}

cat >"$work/main" <<'RUST'
use frameio::{Client, accounts::ListAccounts, users::ShowCurrentUser};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = Client::new(std::env::var("FRAMEIO_TOKEN")?)?;
    let me = client.send(ShowCurrentUser::new()).await?;
    println!("{} <{}>", me.name, me.email);
    let mut accounts = client.items(ListAccounts::new());
    while let Some(account) = accounts.next().await {
        println!("{}", account?.display_name);
    }
    Ok(())
}
RUST
make hello-frameio <<TOML
frameio = { path = "$repo/crates/frameio" }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
TOML

cat >"$work/main" <<'RUST'
#[derive(serde::Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(serde::Deserialize)]
struct User {
    name: String,
    email: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = reqwest::Client::new();
    let request = client.get("https://api.frame.io/v4/me");
    let request = request.bearer_auth(std::env::var("FRAMEIO_TOKEN")?);
    let me: Data<User> = request.send().await?.error_for_status()?.json().await?;
    println!("{} <{}>", me.data.name, me.data.email);
    Ok(())
}
RUST
make hello-reqwest <<'TOML'
reqwest = { version = "0.13", features = ["json"] }
serde = { version = "1", features = ["derive"] }
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
TOML

cat >"$work/main" <<'RUST'
use http_body_util::{BodyExt, Empty};
use hyper_util::client::legacy::Client;
use hyper_util::rt::TokioExecutor;

#[derive(serde::Deserialize)]
struct Data<T> {
    data: T,
}

#[derive(serde::Deserialize)]
struct User {
    name: String,
    email: String,
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let provider = rustls::crypto::ring::default_provider();
    let https = hyper_rustls::HttpsConnectorBuilder::new()
        .with_provider_and_platform_verifier(provider)?
        .https_only()
        .enable_all_versions()
        .build();
    let client = Client::builder(TokioExecutor::new()).build::<_, Empty<bytes::Bytes>>(https);
    let token = std::env::var("FRAMEIO_TOKEN")?;
    let request = http::Request::get("https://api.frame.io/v4/me")
        .header("authorization", format!("Bearer {token}"))
        .body(Empty::new())?;
    let body = client.request(request).await?.into_body().collect().await?.to_bytes();
    let me: Data<User> = serde_json::from_slice(&body)?;
    println!("{} <{}>", me.data.name, me.data.email);
    Ok(())
}
RUST
make hello-hyper <<'TOML'
bytes = "1"
http = "1"
http-body-util = "0.1"
hyper-util = { version = "0.1", features = ["client-legacy", "http1", "http2", "tokio"] }
hyper-rustls = { version = "0.27", default-features = false, features = ["http1", "http2", "ring", "rustls-platform-verifier", "tls12"] }
rustls = { version = "0.23", default-features = false, features = ["ring", "std", "tls12"] }
serde = { version = "1", features = ["derive"] }
serde_json = "1"
tokio = { version = "1", features = ["macros", "rt-multi-thread"] }
TOML

rustc --version
printf '%-16s %-8s %8s %8s %7s %9s\n' package profile 'wall s' 'CPU s' crates 'MiB'
for name in hello-frameio hello-reqwest hello-hyper; do
    cd "$work/$name"
    cargo fetch --quiet
    crates=$(cargo tree -e normal --prefix none | sed 's/ .*//' | sort -u | wc -l)
    for profile in "${profiles[@]}"; do
        rm -rf target
        flag=()
        [ "$profile" = release ] && flag=(--release)
        TIMEFORMAT='%R %U %S'
        times=$({ time cargo build --quiet "${flag[@]}" >&2; } 2>&1 | tail -n 1)
        strip -o stripped "target/$profile/$name"
        echo "$times $(stat -c %s stripped)" | awk -v n="$name" -v p="$profile" -v c="$crates" \
            '{ printf "%-16s %-8s %8.1f %8.1f %7d %9.1f\n", n, p, $1, $2 + $3, c, $4 / 1048576 }'
    done
done
