//! Effects of a server clock that is set back, and of a server with a slower clock that takes over.

use super::script::{Arguments, ScriptOnServer, first_slot, level, real_time};
use super::server::Server;
use super::*;

const HOUR: Duration = Duration::from_secs(3600);
const SECOND: Duration = Duration::from_secs(1);

/// Returns arguments for the quota of `SHOW`.
fn show() -> Arguments {
    Arguments::new(10, Duration::from_secs(10))
}

/// Returns the key of the only bucket.
fn key(server: &Server) -> String {
    server.cli::<Vec<String>>(&["KEYS", "*"]).remove(0)
}

#[test]
fn a_clock_that_is_set_back_keeps_the_level_and_the_pace() {
    let server = Server::start();
    let mut script = ScriptOnServer::new(&server, "bucket");
    let now = real_time();
    // Books nine slots with a clock that is an hour ahead. The tenth has to wait for a second.
    script.run(now + HOUR, show(), &[0; 9]);
    let corrected = script.run(now, show(), &[0]);
    assert_eq!(first_slot(&corrected), (SECOND, false));
    assert_eq!(level(&corrected), 9 * SECOND);
    // From then on the bucket leaks at its pace, one slot a second.
    for seconds in 1..=5 {
        let slots = script.run(now + seconds * SECOND, show(), &[0, 0]);
        assert_eq!(first_slot(&slots), (Duration::ZERO, true), "{seconds} s");
        assert_eq!(slots[11], 0, "no second slot after {seconds} s");
    }
    let life: i64 = server.cli(&["PTTL", "bucket"]);
    assert!((60_000..=70_000).contains(&life), "{life}");
}

#[test]
fn a_clock_that_is_set_back_again_and_again_never_opens_or_blocks_a_bucket() {
    let server = Server::start();
    let mut script = ScriptOnServer::new(&server, "bucket");
    let mut now = real_time() + 24 * HOUR;
    script.run(now, show(), &[0; 9]);
    for _ in 0..20 {
        now -= HOUR;
        assert_eq!(first_slot(&script.run(now, show(), &[0])), (SECOND, false));
        now += SECOND;
        assert_eq!(first_slot(&script.run(now, show(), &[0])), (Duration::ZERO, true));
    }
}

#[test]
fn a_pause_keeps_its_duration_when_the_clock_is_set_back() {
    let server = Server::start();
    let mut script = ScriptOnServer::new(&server, "bucket");
    let now = real_time();
    let throttled = Arguments { throttled_ago: 0, retry_after: 60_000_000, ..show() };
    let paused = script.run(now + HOUR, throttled, &[]);
    assert_eq!(paused[7], 60_000_000);
    let show = Arguments { epoch: paused[0], ..show() };
    assert_eq!(first_slot(&script.run(now, show, &[0])), (60 * SECOND, false));
    assert_eq!(first_slot(&script.run(now + 59 * SECOND, show, &[0])), (SECOND, false));
    assert_eq!(first_slot(&script.run(now + 60 * SECOND, show, &[0])), (Duration::ZERO, true));
}

#[test]
fn a_slot_that_leaked_away_before_the_clock_was_set_back_is_not_given_back() {
    let server = Server::start();
    let mut script = ScriptOnServer::new(&server, "bucket");
    let now = real_time();
    let slot = script.run(now + HOUR, show(), &[0])[9];
    assert_eq!(level(&script.run(now + HOUR + 2 * SECOND, show(), &[])), Duration::ZERO);
    let booked = script.run(now, show(), &[0; 9]);
    assert_eq!(level(&booked), 9 * SECOND);
    let give_back = |slot| Arguments { give_back: Some(slot), ..show() };
    assert_eq!(level(&script.run(now, give_back(slot), &[])), 9 * SECOND);
    assert_eq!(level(&script.run(now, give_back(booked[9]), &[])), 8 * SECOND);
}

#[test]
fn a_process_cannot_restore_a_lost_bucket_to_more_than_can_be_booked() {
    let server = Server::start();
    let mut script = ScriptOnServer::new(&server, "bucket");
    let lost = Arguments { lost: 24 * 3_600_000_000, ..show() };
    assert_eq!(level(&script.run(real_time(), lost, &[])), Duration::from_secs(10 + 900));
}

#[tokio::test]
async fn clients_continue_after_the_clock_was_set_back_and_everything_restarted() {
    let mut server = Server::start();
    let client = layer(&server.redis());
    call(&client, ok).await.unwrap();
    let key = key(&server);
    let _: () = server.cli(&["FLUSHALL"]);

    // A server whose clock is an hour ahead books nine slots, and then its clock is corrected.
    ScriptOnServer::new(&server, &key).run(real_time() + HOUR, show(), &[0; 9]);
    let (passed, wait) = room(&fail_fast(&server.redis())).await;
    assert!(passed <= 1 && wait <= SECOND, "{passed} calls, {wait:?}");
    // The waiting client learns the level of the bucket, and restores it after a loss.
    call(&client, ok).await.unwrap();
    let _: () = server.cli(&["FLUSHALL"]);
    call(&client, ok).await.unwrap();
    let (_, wait) = room(&fail_fast(&server.redis())).await;
    assert!(wait <= SECOND, "{wait:?}");
    server.kill();
    server.restart();
    eventually("the client uses the new server", async || call(&client, ok).await.is_ok()).await;
    let (_, wait) = room(&fail_fast(&server.redis())).await;
    assert!(wait <= 2 * SECOND, "{wait:?}");
}
