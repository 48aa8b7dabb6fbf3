//! Cluster of three nodes.

use super::server::{Server, free_port};
use super::*;

#[tokio::test]
async fn a_cluster_keeps_each_bucket_on_one_of_its_nodes() {
    let nodes: Vec<_> =
        (0..3).map(|_| Server::with(free_port(), &["--cluster-enabled", "yes"])).collect();
    // Divides the 16,384 slots among the nodes.
    for (node, slots) in nodes.iter().zip([(0, 5460), (5461, 10_922), (10_923, 16_383)]) {
        let (from, to) = (slots.0.to_string(), slots.1.to_string());
        let _: () = node.cli(&["CLUSTER", "ADDSLOTSRANGE", &from, &to]);
        let port = nodes[0].port.to_string();
        let _: () = node.cli(&["CLUSTER", "MEET", "127.0.0.1", &port]);
    }
    eventually("the nodes know each other", async || {
        nodes.iter().all(|node| {
            let info: String = node.cli(&["CLUSTER", "INFO"]);
            info.contains("cluster_state:ok") && info.contains("cluster_known_nodes:3")
        })
    })
    .await;

    let urls: Vec<_> = nodes.iter().map(Server::url).collect();
    let redis = || Redis::cluster(urls.iter().map(String::as_str)).unwrap();
    let (one, two) = (fail_fast(&redis()), fail_fast(&redis()));
    for user in 0..20 {
        let (one, two) = (one.clone(), two.clone());
        let name = format!("user {user}");
        let (one, two) = (one.credential(name.clone()), two.credential(name));
        for _ in 0..4 {
            call(&one, ok).await.unwrap();
        }
        assert_eq!(room(&two).await.0, 5);
    }
    let keys: Vec<i64> = nodes.iter().map(|node| node.cli(&["DBSIZE"])).collect();
    assert_eq!(keys.iter().sum::<i64>(), 20);
    assert!(keys.iter().all(|keys| *keys > 0), "{keys:?}");
}
