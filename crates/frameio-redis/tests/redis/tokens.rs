//! Tokens shared by a fleet.

use frameio::auth::{Credential, Ims, Session, TokenStore, Tokens};
use frameio_redis::{LockLost, RedisTokens, TokenKeys};
use frameio_sim::{Credential as App, Sim};
use tokio::task::JoinSet;

use super::server::Server;
use super::*;

const KEY: [u8; 32] = [7; 32];

fn tokens(server: &Server, keys: TokenKeys) -> RedisTokens {
    RedisTokens::new(&server.redis(), SECRET, "the service account", keys)
}

fn some(access: &str) -> Tokens {
    let json = format!(
        r#"{{"access_token":"{access}","refresh_token":"r","expires_at":"2100-01-01T00:00:00Z"}}"#
    );
    serde_json::from_str(&json).unwrap()
}

async fn access(store: &RedisTokens) -> Option<String> {
    let tokens = store.load().await.unwrap()?;
    Some(tokens.access_token.expose().to_owned())
}

#[tokio::test]
async fn tokens_are_encrypted_and_can_be_read_after_a_key_rotation() {
    let server = Server::start();
    let old = tokens(&server, TokenKeys::new(KEY));
    assert_eq!(access(&old).await, None);
    old.save(&some("first-token")).await.unwrap();
    let new = tokens(&server, TokenKeys::new([8; 32]).old(KEY));
    assert_eq!(access(&new).await.as_deref(), Some("first-token"));
    new.save(&some("second-token")).await.unwrap();
    assert!(old.load().await.unwrap_err().to_string().contains("no key matches"));

    let keys: Vec<String> = server.cli(&["KEYS", "*"]);
    assert_eq!(keys.len(), 1);
    let all: Vec<Vec<u8>> = server.cli(&["HGETALL", &keys[0]]);
    let text = format!("{keys:?} {}", String::from_utf8_lossy(&all.concat()));
    for secret in ["token", "second", "service", "access", SECRET] {
        assert!(!text.replace("frameio:tokens:", "").contains(secret), "{text}");
    }
    assert!(server.cli::<i64>(&["PTTL", &keys[0]]) > 29 * 24 * 3600 * 1000);
    new.clear().await.unwrap();
    assert_eq!(access(&new).await, None);
}

#[tokio::test]
async fn a_lock_excludes_others_and_a_lost_lock_cannot_save() {
    let server = Server::start();
    let (one, two) = (tokens(&server, TokenKeys::new(KEY)), tokens(&server, TokenKeys::new(KEY)));
    let held = one.lock().await.unwrap();
    let waits = tokio::time::timeout(Duration::from_millis(300), two.lock()).await;
    assert!(waits.is_err(), "the other store holds the lock");
    drop(held);
    drop(tokio::time::timeout(Duration::from_secs(5), two.lock()).await.unwrap().unwrap());

    // One process is stopped for longer than the lifetime of its lock.
    let held = tokio::time::timeout(Duration::from_secs(5), one.lock()).await.unwrap().unwrap();
    let key: Vec<String> = server.cli(&["KEYS", "*"]);
    let _: i64 = server.cli(&["HSET", &key[0], "until", "0"]);
    let later = two.lock().await.unwrap();
    one.save(&some("slow")).await.unwrap();
    assert_eq!(access(&two).await.as_deref(), Some("slow"), "no other process has saved since");
    two.save(&some("later")).await.unwrap();
    assert!(one.save(&some("slower")).await.unwrap_err().is::<LockLost>());
    // Releasing the lost lock does not release the other one.
    drop(held);
    drop(one.clone());
    tokio::time::sleep(Duration::from_millis(100)).await;
    let third = tokens(&server, TokenKeys::new(KEY));
    assert!(tokio::time::timeout(Duration::from_millis(300), third.lock()).await.is_err());
    drop(later);
    assert_eq!(access(&third).await.as_deref(), Some("later"));
}

#[tokio::test]
async fn a_lock_expires_in_its_lifetime_when_the_clock_is_set_back() {
    let server = Server::start();
    let (one, two) = (tokens(&server, TokenKeys::new(KEY)), tokens(&server, TokenKeys::new(KEY)));
    let held = one.lock().await.unwrap();
    let key: Vec<String> = server.cli(&["KEYS", "*"]);
    // As if the clock had been an hour ahead when the lock was taken.
    let _: i64 = server.cli(&["HINCRBY", &key[0], "until", "3600000"]);
    let waits = tokio::time::timeout(Duration::from_millis(200), two.lock()).await;
    assert!(waits.is_err(), "the first store still holds the lock");
    let time: Vec<i64> = server.cli(&["TIME"]);
    let until: i64 = server.cli(&["HGET", &key[0], "until"]);
    assert!(until <= time[0] * 1000 + 1000 + 15_000, "{until} at {time:?}");
    one.save(&some("still-held")).await.unwrap();
    drop(held);
    drop(tokio::time::timeout(Duration::from_secs(5), two.lock()).await.unwrap().unwrap());
    assert_eq!(access(&two).await.as_deref(), Some("still-held"));
}

#[tokio::test]
async fn a_foreign_value_under_the_key_of_tokens_is_replaced() {
    let server = Server::start();
    let redis = server.redis();
    let calls = layer(&redis);
    let store = RedisTokens::new(&redis, SECRET, "the service account", TokenKeys::new(KEY));
    store.save(&some("first")).await.unwrap();
    let key = server.cli::<Vec<String>>(&["KEYS", "*"]).remove(0);
    let commands: [&[&str]; 4] = [
        &["SET", &key, "garbage"],
        &["LPUSH", &key, "an", "item"],
        &["HSET", &key, "issued", "many", "saved", "1.5", "until", "later", "holder", "nobody"],
        &["HSET", &key, "issued", "-1", "saved", "nan", "until", "inf", "holder", "1e300"],
    ];
    for command in commands {
        let _: i64 = server.cli(&["DEL", &key]);
        let _: redis::Value = server.cli(command);
        assert_eq!(access(&store).await, None, "{command:?}");
        let lock = tokio::time::timeout(Duration::from_secs(5), store.lock()).await;
        let lock = lock.unwrap().unwrap_or_else(|error| panic!("{command:?}: {error}"));
        store.save(&some("new")).await.unwrap();
        assert_eq!(access(&store).await.as_deref(), Some("new"), "{command:?}");
        drop(lock);
        // The connection, which the quotas share, was not lost.
        call(&calls, ok).await.unwrap();
    }
}

#[tokio::test]
async fn one_of_many_sessions_requests_the_token() {
    let server = Server::start();
    let sim = Sim::new();
    let mut sessions = JoinSet::new();
    for _ in 0..8 {
        let app = Credential::server_to_server(App::DEMO_SERVER_TO_SERVER, App::DEMO_SECRET);
        let ims = Ims::builder(app).transport(sim.clone()).build().unwrap();
        let store = tokens(&server, TokenKeys::new(KEY));
        let session = Session::builder(ims).store(store).build();
        sessions.spawn(async move { session.token().await.unwrap().expose().to_owned() });
    }
    let got = sessions.join_all().await;
    assert!(got.iter().all(|token| *token == got[0]), "all have the same");
    let asked = sim.requests().iter().filter(|request| request.path.contains("/ims/token")).count();
    assert_eq!(asked, 1);
}
