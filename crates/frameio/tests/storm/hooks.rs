//! Webhooks: the simulator delivers through a network that fails, to the receiver of the examples.

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

/// How often the simulator delivers an event at most.
const ATTEMPTS: u32 = 5;

/// The receiver, and the network that leads to it.
pub(crate) struct Receiver {
    pub(crate) network: Network,
    ledger: Arc<Ledger>,
    /// How often an event was worked on, by the folder that it names.
    worked_on: Arc<Mutex<HashMap<String, u32>>>,
    stop: oneshot::Sender<()>,
    done: JoinHandle<usize>,
}

impl Receiver {
    /// One that is told of new folders, and fetches them by `client`.
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
        let (ledger, worked_on) = (Arc::new(Ledger::default()), Arc::default());
        let (stop, stopped) = oneshot::channel();
        let done = tokio::spawn({
            let (client, ledger) = (client.clone(), ledger.clone());
            let worked_on: Arc<Mutex<HashMap<String, u32>>> = Arc::clone(&worked_on);
            let fetched = move |event: &Event, fetched| {
                ledger.note(&fetched);
                let id = event.resource().id().to_owned();
                *worked_on.lock().unwrap().entry(id).or_default() += 1;
            };
            let stop = async { drop(stopped.await) };
            async move {
                webhook_receiver::run(listener, verifier, client, stop, fetched).await.unwrap()
            }
        });
        Self { network, ledger, worked_on, stop, done }
    }

    /// Makes folders, and returns those that are known to be there.
    pub(crate) async fn folders(sim: &Sim, client: &Client, count: usize) -> Vec<FolderId> {
        let demo = sim.demo();
        let create = |number| {
            let name = format!("told {number}");
            CreateFolder::new(&demo.account_id, &demo.root_folder_id).name(name)
        };
        let calls = (0..count).map(|number| client.send(create(number)));
        let made = futures_util::future::join_all(calls).await;
        made.into_iter().flatten().map(|folder| folder.id).collect()
    }

    /// Moves the simulator's clock until every event was taken, or given up.
    pub(crate) async fn settle(&self, sim: &Sim) {
        for _ in 0..600 {
            let ended = |deliveries: &Vec<RecordedDelivery>| {
                deliveries.iter().any(taken) || deliveries.len() as u32 == ATTEMPTS
            };
            let of_folders = |event: &&RecordedEvent| event.event.kind == EventType::FolderCreated;
            let events = sim.events().iter().filter(of_folders).count();
            let deliveries = deliveries(sim);
            if deliveries.len() == events && deliveries.values().all(ended) {
                return;
            }
            // What is under way has time to arrive before the clock is moved.
            tokio::time::sleep(Duration::from_millis(50)).await;
            sim.clock().advance(Duration::from_secs(20));
        }
        panic!("it does not end: {:?}", deliveries(sim));
    }

    /// Ends it, and compares what it has worked on with what it has acknowledged.
    pub(crate) async fn compare(self, sim: &Sim, made: &[FolderId]) {
        let Self { network, ledger, worked_on, stop, done } = self;
        // Connections that have stalled would keep the receiver waiting.
        drop(network);
        drop(stop);
        let done = done.await.unwrap();
        let worked_on = worked_on.lock().unwrap();
        let deliveries = deliveries(sim);
        for (id, deliveries) in &deliveries {
            // The acknowledgement may be lost, and each delivery is signed anew, so that it is
            // another one to the receiver: an event may be worked on twice, but never be lost.
            let times = worked_on.get(id).copied().unwrap_or(0) as usize;
            let least = usize::from(deliveries.iter().any(taken));
            assert!((least..=deliveries.len()).contains(&times), "{id}, {times}: {deliveries:?}");
        }
        for id in made {
            assert!(deliveries.contains_key(id.as_str()), "nobody was told of {id}");
        }
        let attempts: usize = deliveries.values().map(Vec::len).sum();
        assert!(attempts > deliveries.len(), "no delivery has failed");
        assert_eq!(done, worked_on.values().sum::<u32>() as usize);
        let events = deliveries.len();
        println!("{events} events, {attempts} deliveries, {done} worked on, fetched: {ledger}");
    }
}

fn taken(delivery: &RecordedDelivery) -> bool {
    delivery.status.is_some_and(|status| status.is_success())
}

/// What was sent, by the folder that it names.
fn deliveries(sim: &Sim) -> HashMap<String, Vec<RecordedDelivery>> {
    let mut deliveries: HashMap<_, Vec<_>> = HashMap::new();
    for delivery in sim.deliveries() {
        let event: Event = serde_json::from_slice(&delivery.body).unwrap();
        deliveries.entry(event.resource().id().to_owned()).or_default().push(delivery);
    }
    deliveries
}
