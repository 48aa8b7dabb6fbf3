//! The task of a bucket: it runs while there is something to ask Redis.

use std::sync::Arc;

use tokio::time::sleep_until;

use crate::bucket::{Bucket, Next};
use crate::quotas::Shared;
use crate::script::Answer;

/// Asks Redis for what is needed, one question at a time: what comes up meanwhile is asked together
/// next. Ends when nobody waits, or when Redis is lost.
pub(crate) async fn run(shared: Arc<Shared>, bucket: Arc<Bucket>) {
    loop {
        let asked = match bucket.next(shared.ahead) {
            Next::Ask(asked) => asked,
            Next::At(time) => {
                tokio::select! {
                    () = sleep_until(time) => {}
                    () = bucket.news.notified() => {}
                }
                continue;
            }
            Next::Rest => return,
        };
        let script = asked.ask.invocation(&bucket.key);
        let answer = match shared.redis.invoke::<Vec<i64>>(&script).await {
            Ok(values) => Answer::read(&values).map_err(|error| shared.redis.mistrust(error)),
            Err(away) => Err(away),
        };
        match answer {
            Ok(answer) => bucket.booked(asked, &answer),
            Err(away) => return bucket.lost(asked, &away),
        }
    }
}
