//! Failover from a master to its replica.

use std::fs;

use super::server::{Server, free_port};
use super::*;

#[tokio::test]
async fn the_new_master_knows_the_spent_slots_after_a_failover() {
    let mut master = Server::start();
    let port = master.port.to_string();
    let replica = Server::with(free_port(), &["--replicaof", &format!("127.0.0.1 {port}")]);
    eventually("the replica has caught up", async || {
        let info: String = replica.cli(&["INFO", "replication"]);
        info.contains("master_link_status:up")
    })
    .await;
    // A sentinel writes its state to its configuration file.
    let dir = tempfile::tempdir().unwrap();
    let config = dir.path().join("sentinel.conf");
    let settings = format!(
        "sentinel monitor quotas 127.0.0.1 {port} 1\n\
         sentinel down-after-milliseconds quotas 500\n\
         sentinel failover-timeout quotas 3000\n"
    );
    fs::write(&config, settings).unwrap();
    let sentinel = Server::sentinel(free_port(), &config);
    eventually("the sentinel knows the replica", async || {
        let info: String = sentinel.cli(&["INFO", "sentinel"]);
        info.contains("slaves=1")
    })
    .await;

    let redis = || Redis::sentinel([sentinel.url().as_str()], "quotas").unwrap();
    let client = layer(&redis());
    for _ in 0..4 {
        call(&client, ok).await.unwrap();
    }
    eventually("the replica has the bucket", async || replica.cli::<i64>(&["DBSIZE"]) == 1).await;
    master.kill();
    assert!(call(&client, ok).await.is_err());
    let begun = Instant::now();
    eventually("the replica is the master", async || call(&client, ok).await.is_ok()).await;
    eprintln!("in use again after {:?}", begun.elapsed());
    let role: String = replica.cli(&["INFO", "replication"]);
    assert!(role.contains("role:master"));
    // A disconnected process considers the burst as spent, and other processes do too.
    let other = fail_fast(&redis());
    eventually("another process finds the new master", async || match call(&other, ok).await {
        Ok(_) => true,
        Err(error) => error.find::<QuotaExhausted>().is_some(),
    })
    .await;
    assert_eq!(room(&other).await.0, 0);
}
