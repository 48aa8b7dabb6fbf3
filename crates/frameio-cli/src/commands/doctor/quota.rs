//! Quota that the last response reports, and the store of shared quotas.

use frameio::auth::profile::Profile;
use frameio::{Quota, RateLimitInfo};

use super::Doctor;
use super::access::Access;
use super::finding::Finding;
use crate::exit::Status;
use crate::quota_store::QuotaStoreState;
use crate::report::duration;

const CHECK: &str = "quota";

/// Reports what remains of the quota of the operation that was called.
pub(super) fn remaining(access: &Access) -> Finding {
    let Some(info) = RateLimitInfo::from_headers(&access.me.headers) else {
        return Finding::note(CHECK)
            .read("the response has no x-ratelimit-* headers")
            .infer("a proxy removes them, or the service enforces no quota here");
    };
    let window = info.window.map(|it| format!(" in {}", duration(it))).unwrap_or_default();
    let remaining = info.remaining.map_or_else(|| "?".to_owned(), |it| it.to_string());
    let fact = format!("users.show: {remaining} of {} calls remain{window}", info.limit);
    match info.remaining {
        Some(0..=1) => Finding::note(CHECK)
            .read(fact)
            .infer("other programs of this user spend the quota at the moment")
            .advise("let them share one quota with '--quota-store'"),
        _ => Finding::ok(CHECK).read(fact),
    }
}

/// Checks the store of shared quotas.
pub(super) async fn store(doctor: &Doctor<'_>, profile: &Profile) -> Finding {
    let state = QuotaStoreState::read(&doctor.global.quota_store, profile);
    let state = match tokio::time::timeout(doctor.limit, state).await {
        Ok(Ok(state)) => state,
        Ok(Err(failure)) => {
            let (inferred, advice) = match doctor.global.quota_store.is_file(profile) {
                true => (
                    "the processes of this machine do not count their calls together",
                    "make the state directory writable, or pass '--quota-store none'",
                ),
                false => (
                    "every command that sends requests fails while the store is unavailable",
                    "correct '--quota-store' or FRAMEIO_QUOTA_STORE, start the store, or pass \
                     '--quota-store file'",
                ),
            };
            let finding = Finding::problem(CHECK, failure.status, "quota_store");
            return finding.read(failure.message).infer(inferred).advise(advice);
        }
        Err(_) => {
            return Finding::problem(CHECK, Status::NoResponse, "quota_store")
                .read(format!("the quota store does not respond within {:?}", doctor.limit));
        }
    };
    let finding = Finding::ok(CHECK).read(state.description);
    state.buckets.into_iter().fold(finding, |finding, bucket| {
        let quota: Quota = bucket.quota;
        finding.read(format!("{}: {} of {quota} in use", bucket.operation, bucket.used))
    })
}
