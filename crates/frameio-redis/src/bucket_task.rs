//! Task of a bucket, which runs while there is something to send to Redis.

use std::sync::Arc;

use tokio::time::sleep_until;

use crate::bucket::{Bucket, Step};
use crate::connect::Redis;
use crate::script::ScriptResponse;

/// Sends one request at a time, and collects data for the next one in the meantime. Ends when no call
/// is waiting, or when Redis becomes unavailable.
pub(crate) async fn run(redis: Redis, bucket: Arc<Bucket>, max_ahead: usize) {
    loop {
        let request = match bucket.next_step(max_ahead) {
            Step::Send(request) => request,
            Step::WaitUntil(time) => {
                tokio::select! {
                    () = sleep_until(time) => {}
                    () = bucket.changed.notified() => {}
                }
                continue;
            }
            Step::Finish => return,
        };
        let script = request.script.invocation(&bucket.key);
        let response = match redis.invoke::<Vec<i64>>(&script).await {
            Ok(values) => ScriptResponse::read(&values).map_err(|error| redis.fail(error)),
            Err(error) => Err(error),
        };
        match response {
            Ok(response) => bucket.complete(request, &response),
            Err(error) => return bucket.fail(request, &error),
        }
    }
}
