//! Values under the key of a bucket that the script did not write.

use super::server::Server;
use super::*;

/// Writes a value in the format of the script: level, calls, window, epoch, pause, start of the
/// pause, pauses in a row, last time and offset of the clock.
fn write_fields(server: &Server, key: &str, fields: &str) {
    let script = format!("return redis.call('SET', KEYS[1], cmsgpack.pack({fields}))");
    let _: () = server.cli(&["EVAL", &script, "1", key]);
}

fn write(server: &Server, key: &str, command: &[&str]) {
    let _: i64 = server.cli(&["DEL", key]);
    let _: redis::Value = server.cli(command);
}

/// Returns the keys of the buckets of two users, who have each made one call.
async fn keys(server: &Server, users: &[RateLimitLayer; 2]) -> [String; 2] {
    let mut keys: Vec<String> = Vec::new();
    for user in users {
        call(user, ok).await.unwrap();
        let all: Vec<String> = server.cli(&["KEYS", "*"]);
        let new = all.into_iter().find(|key| !keys.contains(key)).unwrap();
        keys.push(new);
    }
    keys.try_into().unwrap()
}

#[tokio::test]
async fn a_foreign_value_is_replaced_and_other_buckets_are_not_affected() {
    let server = Server::start();
    let redis = server.redis();
    let users = [layer(&redis), layer(&redis).credential("another")];
    let [key, _] = keys(&server, &users).await;
    let far = "9e15";
    let packed = [
        "{0, 0, 0, 0, 0, 0, 0, 0, 0}".to_owned(),
        "{1, 10, 0, 0, 0, 0, 0, 1, 0}".to_owned(),
        "{1, -10, 10000000, 0, 0, 0, 0, 1, 0}".to_owned(),
        "{1, 10, 10000000, 0, 0, 0, 0}".to_owned(),
        "{1, 10, 10000000, 0.5, 0, 0, 0, 1, 0}".to_owned(),
        "{1, 10, 10000000, 0/0, 0, 0, 0, 1, 0}".to_owned(),
        format!("{{{far}, 10, 10000000, 0, {far}, {far}, 0, {far}, {far}}}"),
        "{1, 10, 10000000, {}, 'x', 0, 0, 1, 0}".to_owned(),
        "'text'".to_owned(),
        "7".to_owned(),
    ];
    let commands: [&[&str]; 6] = [
        &["SET", &key, "garbage"],
        &["SET", &key, ""],
        &["LPUSH", &key, "an", "item"],
        &["HSET", &key, "level", "1"],
        &["SADD", &key, "member"],
        &["ZADD", &key, "1", "member"],
    ];
    let mut wrote = 0;
    let mut check = async |what: &str| {
        call(&users[0], ok).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        call(&users[1], ok).await.unwrap_or_else(|error| panic!("{what}: {error}"));
        assert_eq!(server.cli::<String>(&["TYPE", &key]), "string", "{what}");
        let life: i64 = server.cli(&["PTTL", &key]);
        assert!((60_000..=80_000).contains(&life), "{what}: {life}");
        wrote += 1;
    };
    for command in commands {
        write(&server, &key, command);
        check(command[0]).await;
        let _: () = server.cli(&["FLUSHALL"]);
    }
    for fields in &packed {
        write_fields(&server, &key, fields);
        check(fields).await;
        let _: () = server.cli(&["FLUSHALL"]);
    }
    assert_eq!(wrote, commands.len() + packed.len());
}

#[tokio::test]
async fn a_level_and_a_pause_in_the_far_future_are_limited() {
    let server = Server::start();
    let client = fail_fast(&server.redis());
    call(&client, ok).await.unwrap();
    let key = server.cli::<Vec<String>>(&["KEYS", "*"]).remove(0);
    // 2.5e15 us are the year 2049.
    for (fields, max) in [
        ("{2.5e15, 10, 10000000, 0, 0, 0, 0, 1, 0}", 910),
        ("{1, 10, 10000000, 0, 2.5e15, 2.5e15, 0, 1, 0}", 60),
        ("{2.5e15, 10, 10000000, 0, 2.5e15, 2.5e15, 9, 1, 0}", 970),
    ] {
        write_fields(&server, &key, fields);
        let (passed, wait) = room(&fail_fast(&server.redis())).await;
        assert_eq!(passed, 0);
        assert!(wait <= Duration::from_secs(max), "{fields}: {wait:?}");
        assert!(server.cli::<i64>(&["PTTL", &key]) <= i64::try_from(max).unwrap() * 1000 + 60_000);
    }
}
