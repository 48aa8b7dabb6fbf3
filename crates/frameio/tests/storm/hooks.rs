//! Webhook deliveries of the simulator to the receiver example, through a failing network.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio::folders::CreateFolder;
use frameio::webhook::Event;
use frameio::webhooks::{CallbackUrl, CreateWebhook};
use frameio::{Client, EventType, FolderId};
use frameio_sim::{RecordedDelivery, RecordedEvent, Sim};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use crate::ledger::Ledger;
use crate::network::Network;
use crate::verifier::verifier;
use crate::webhook_receiver;

/// Maximum number of deliveries of an event.
const ATTEMPTS: u32 = 5;

/// The receiver and the network in front of it.
pub(crate) struct Receiver {
    pub(crate) network: Network,
    ledger: Arc<Ledger>,
    /// Number of times that an event was handled, by the folder that it refers to.
    handled: Arc<Mutex<HashMap<String, u32>>>,
    stop: oneshot::Sender<()>,
    done: JoinHandle<usize>,
}

impl Receiver {
    /// Starts a receiver of events of new folders, which it fetches with `client`.
    pub(crate) async fn start(sim: &Sim, client: &Client, seed: u64) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let network = Network::start(&url, seed).await;
        let demo = sim.demo();
        let url = CallbackUrl::new(format!("{}/webhooks", network.url()));
        let events = [EventType::FolderCreated];
        let webhook =
            CreateWebhook::new(&demo.account_id, &demo.workspace_id, events, "storm", url);
        let secret = client.send(webhook).await.unwrap().secret.unwrap();
        let verifier = verifier(sim, secret.expose());
        let (ledger, handled) = (Arc::new(Ledger::default()), Arc::default());
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn({
            let (client, ledger) = (client.clone(), ledger.clone());
            let handled: Arc<Mutex<HashMap<String, u32>>> = Arc::clone(&handled);
            let fetched = move |event: &Event, fetched| {
                ledger.record(&fetched);
                let id = event.resource().id().to_owned();
                *handled.lock().unwrap().entry(id).or_default() += 1;
            };
            let stop = async { drop(stopped.await) };
            async move {
                webhook_receiver::run(listener, verifier, client, stop, fetched).await.unwrap()
            }
        });
        Self { network, ledger, handled, stop, done }
    }

    /// Creates folders, and returns those whose creation succeeded.
    pub(crate) async fn folders(sim: &Sim, client: &Client, count: usize) -> Vec<FolderId> {
        let demo = sim.demo();
        let create = |number| {
            let name = format!("storm {number}");
            CreateFolder::new(&demo.account_id, &demo.root_folder_id).name(name)
        };
        let calls = (0..count).map(|number| client.send(create(number)));
        let created = futures_util::future::join_all(calls).await;
        created.into_iter().flatten().map(|folder| folder.id).collect()
    }

    /// Advances the clock of the simulator until every event is acknowledged or abandoned.
    pub(crate) async fn settle(&self, sim: &Sim) {
        for _ in 0..600 {
            let ended = |deliveries: &Vec<RecordedDelivery>| {
                deliveries.iter().any(acknowledged) || deliveries.len() as u32 == ATTEMPTS
            };
            let of_folders = |event: &&RecordedEvent| event.event.kind == EventType::FolderCreated;
            let events = sim.events().iter().filter(of_folders).count();
            let deliveries = deliveries(sim);
            if deliveries.len() == events && deliveries.values().all(ended) {
                return;
            }
            // Deliveries in flight have time to arrive before the clock is advanced.
            tokio::time::sleep(Duration::from_millis(50)).await;
            sim.clock().advance(Duration::from_secs(20));
        }
        panic!("deliveries do not end: {:?}", deliveries(sim));
    }

    /// Stops the receiver, and compares handled events with acknowledged ones.
    pub(crate) async fn compare(self, sim: &Sim, created: &[FolderId]) {
        let Self { network, ledger, handled, stop, done } = self;
        // The receiver would wait for stalled connections.
        drop(network);
        drop(stop);
        let done = done.await.unwrap();
        let handled = handled.lock().unwrap();
        let deliveries = deliveries(sim);
        for (id, deliveries) in &deliveries {
            // An acknowledgement may be lost, and the receiver cannot recognize the next delivery
            // because of its new signature. So an event may be handled twice, but never be lost.
            let times = handled.get(id).copied().unwrap_or(0) as usize;
            let least = usize::from(deliveries.iter().any(acknowledged));
            assert!((least..=deliveries.len()).contains(&times), "{id}, {times}: {deliveries:?}");
        }
        for id in created {
            assert!(deliveries.contains_key(id.as_str()), "no delivery for {id}");
        }
        let attempts: usize = deliveries.values().map(Vec::len).sum();
        assert!(attempts > deliveries.len(), "no delivery has failed");
        assert_eq!(done, handled.values().sum::<u32>() as usize);
        let events = deliveries.len();
        println!("{events} events, {attempts} deliveries, {done} handled, fetched: {ledger}");
    }
}

fn acknowledged(delivery: &RecordedDelivery) -> bool {
    delivery.status.is_some_and(|status| status.is_success())
}

/// Returns the deliveries by the folder that they refer to.
fn deliveries(sim: &Sim) -> HashMap<String, Vec<RecordedDelivery>> {
    let mut deliveries: HashMap<_, Vec<_>> = HashMap::new();
    for delivery in sim.deliveries() {
        let event: Event = serde_json::from_slice(&delivery.body).unwrap();
        deliveries.entry(event.resource().id().to_owned()).or_default().push(delivery);
    }
    deliveries
}
