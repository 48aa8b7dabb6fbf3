//! Repeated deliveries.

use crate::support::{EVENT, NOW, SECRET, at, signed, verifier};
use frameio_webhook::{DeliveryStore, MemoryDeliveries, Signer, VerifyError};

#[tokio::test]
async fn a_replay_is_detected_within_the_window_and_refused_after_it() {
    let deliveries = MemoryDeliveries::default();
    let replayed = signed(EVENT);
    let first = verifier().verify(replayed.headers(), EVENT).unwrap();
    assert!(deliveries.insert(&first.delivery_key()).await.unwrap());
    for later in [0, 1, 300] {
        let verifier = verifier().clock(move || at(NOW + later));
        let again = verifier.verify(replayed.headers(), EVENT).unwrap();
        assert!(!deliveries.insert(&again.delivery_key()).await.unwrap());
    }
    let error = verifier().clock(|| at(NOW + 301)).verify(replayed.headers(), EVENT).unwrap_err();
    assert!(matches!(error, VerifyError::Expired { age: 301, .. }));
}

#[tokio::test]
async fn another_event_or_another_time_is_another_delivery() {
    let deliveries = MemoryDeliveries::default();
    let signer = Signer::new(SECRET).unwrap();
    let other = EVENT.replace("f1", "f2");
    for (timestamp, body) in [(NOW, EVENT), (NOW + 1, EVENT), (NOW, &other)] {
        let request = signer.request_at(timestamp, "/", body.to_owned()).unwrap();
        let verified = verifier().verify(request.headers(), body.to_owned()).unwrap();
        assert!(deliveries.insert(&verified.delivery_key()).await.unwrap());
    }
}

#[tokio::test]
async fn a_removed_delivery_is_new_again() {
    let deliveries = MemoryDeliveries::default();
    let key = verifier().verify(signed(EVENT).headers(), EVENT).unwrap().delivery_key();
    assert!(deliveries.insert(&key).await.unwrap());
    deliveries.remove(&key).await.unwrap();
    assert!(deliveries.insert(&key).await.unwrap());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_many_concurrent_inserts_is_new() {
    let deliveries = std::sync::Arc::new(MemoryDeliveries::default());
    let key = verifier().verify(signed(EVENT).headers(), EVENT).unwrap().delivery_key();
    let tasks: Vec<_> = (0..50)
        .map(|_| {
            let deliveries = deliveries.clone();
            tokio::spawn(async move { deliveries.insert(&key).await.unwrap() })
        })
        .collect();
    let mut first = 0;
    for task in tasks {
        first += usize::from(task.await.unwrap());
    }
    assert_eq!(first, 1);
}
