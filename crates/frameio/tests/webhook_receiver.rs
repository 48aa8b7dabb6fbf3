//! The webhook receiver example, with deliveries of the simulator over a socket.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

use std::time::Duration;

use frameio::files::{CreateLocalUpload, File, FileStatus};
use frameio::folders::CreateFolder;
use frameio::transport::HyperTransport;
use frameio::webhook::{Event, Fetched, Signer, Verifier};
use frameio::webhooks::{CallbackUrl, CreateWebhook};
use frameio::{Body, Client, EventType};
use frameio_sim::{Fault, RecordedDelivery, Sim, SimServer};
use frameio_testing::verifier::verifier;
use http::Request;
use tokio::net::TcpListener;
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;

#[allow(dead_code, reason = "it has a `main`")]
#[path = "../../../examples/webhook_receiver.rs"]
mod webhook_receiver;

const CONTENT: &str = "twenty-five bytes of film";

fn sim() -> Sim {
    Sim::builder().quotas(false).transcode_after(Duration::from_secs(30)).build()
}

/// Creates a file without content.
async fn create(client: &Client, sim: &Sim) -> File {
    let demo = sim.demo();
    let size = CONTENT.len() as u64;
    let upload = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, "a.mp4", size);
    client.send(upload).await.unwrap()
}

const SECOND: Duration = Duration::from_secs(1);

type Outcome = (Event, Result<Fetched, frameio::Error>);

/// A simulator on a socket with a webhook of `events`, before the receiver is started.
struct Setting {
    sim: Sim,
    _server: SimServer,
    client: Client,
    listener: Option<TcpListener>,
    url: String,
    secret: String,
}

impl Setting {
    async fn new(events: impl Into<Vec<EventType>>) -> Self {
        let sim = sim();
        let server = sim.serve().await.unwrap();
        let client = Client::builder().base_url(server.url()).token(Sim::TOKEN);
        // No test waits in real time.
        let client = client.rate_limit(None).build().unwrap();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}/webhooks", listener.local_addr().unwrap());
        let demo = sim.demo();
        let (account, workspace) = (&demo.account_id, &demo.workspace_id);
        let callback = CallbackUrl::new(&*url);
        let webhook = CreateWebhook::new(account, workspace, events, "receiver", callback);
        let secret = client.send(webhook).await.unwrap().secret.unwrap().expose().to_owned();
        Self { sim, _server: server, client, listener: Some(listener), url, secret }
    }

    fn verifier(&self) -> Verifier {
        verifier(&self.sim, &self.secret)
    }

    async fn folder(&self, name: &str) {
        let demo = self.sim.demo();
        let folder = CreateFolder::new(&demo.account_id, &demo.root_folder_id).name(name);
        self.client.send(folder).await.unwrap();
    }

    /// Waits until this many deliveries have ended.
    async fn delivered(&self, count: usize) -> Vec<RecordedDelivery> {
        until(|| self.sim.deliveries().len() >= count).await;
        self.sim.deliveries()
    }
}

/// The running example.
struct Running {
    setting: Setting,
    outcomes: mpsc::UnboundedReceiver<Outcome>,
    stop: oneshot::Sender<()>,
    done: JoinHandle<usize>,
}

impl Running {
    async fn new(events: impl Into<Vec<EventType>>) -> Self {
        let mut setting = Setting::new(events).await;
        let listener = setting.listener.take().unwrap();
        let (tell, outcomes) = mpsc::unbounded_channel();
        let (stop, stopped) = oneshot::channel();
        let (verifier, client) = (setting.verifier(), setting.client.clone());
        let done = tokio::spawn(async move {
            let stop = async { drop(stopped.await) };
            let fetched = move |event: &Event, fetched| drop(tell.send((event.clone(), fetched)));
            webhook_receiver::run(listener, verifier, client, stop, fetched).await.unwrap()
        });
        Self { setting, outcomes, stop, done }
    }

    async fn next(&mut self) -> (Event, Fetched) {
        let next = tokio::time::timeout(30 * SECOND, self.outcomes.recv()).await;
        let (event, fetched) = next.unwrap().unwrap();
        (event, fetched.unwrap())
    }

    /// Posts a body unchanged and returns the status.
    async fn post(&self, request: Request<Body>) -> u16 {
        let transport = Client::from_service(HyperTransport::builder().build());
        transport.request(request).await.unwrap().status().as_u16()
    }
}

/// Replays a delivery of the simulator.
fn replay(delivery: &RecordedDelivery) -> Request<Body> {
    let mut request = Request::post(&delivery.url).body(Body::from(delivery.body.clone())).unwrap();
    *request.headers_mut() = delivery.headers.clone();
    request
}

/// Lets background tasks run until a condition holds.
async fn until(holds: impl Fn() -> bool) {
    for _ in 0..100_000 {
        if holds() {
            return;
        }
        tokio::task::spawn_blocking(std::thread::yield_now).await.unwrap();
    }
    panic!("the condition never holds");
}

#[tokio::test]
async fn receives_the_events_of_an_upload() {
    let followed = [EventType::FileCreated, EventType::FileUploadCompleted, EventType::FileReady];
    let mut running = Running::new(followed).await;
    let (sim, client) = (running.setting.sim.clone(), running.setting.client.clone());
    let file = create(&client, &sim).await;
    let mut expect = async |kind: EventType, status: FileStatus| {
        let (event, fetched) = running.next().await;
        let Fetched::File(fetched) = fetched else { panic!("{fetched:?}") };
        assert_eq!((event.kind, &fetched.id, fetched.status), (kind, &file.id, status));
        assert_eq!((fetched.name.as_str(), fetched.file_size), ("a.mp4", CONTENT.len() as u64));
    };
    expect(EventType::FileCreated, FileStatus::Created).await;

    let storage = Client::from_service(HyperTransport::builder().build());
    for part in file.upload_urls.as_ref().unwrap() {
        let request = Request::put(part.url.as_str())
            .header("content-type", file.media_type.as_deref().unwrap())
            .header("x-amz-acl", "private")
            .body(Body::from(CONTENT));
        assert_eq!(storage.request(request.unwrap()).await.unwrap().status(), 200);
    }
    expect(EventType::FileUploadCompleted, FileStatus::Uploaded).await;

    sim.clock().advance(30 * SECOND);
    expect(EventType::FileReady, FileStatus::Transcoded).await;
    assert!(sim.deliveries().iter().all(|it| (it.attempt, it.error.as_ref()) == (1, None)));

    running.stop.send(()).unwrap();
    assert_eq!(running.done.await.unwrap(), 3);
}

#[tokio::test]
async fn handles_a_replay_once_and_refuses_late_or_forged_deliveries() {
    let mut running = Running::new([EventType::FolderCreated]).await;
    running.setting.folder("Dailies").await;
    let (_, fetched) = running.next().await;
    assert!(matches!(&fetched, Fetched::Folder(folder) if folder.name == "Dailies"), "{fetched:?}");

    let delivery = running.setting.delivered(1).await.remove(0);
    assert_eq!(running.post(replay(&delivery)).await, 200, "the service must not retry");
    let mut changed = replay(&delivery);
    let body = String::from_utf8(delivery.body.to_vec()).unwrap().replace("folder", "file");
    *changed.body_mut() = Body::from(body);
    changed.headers_mut().remove("content-length");
    assert_eq!(running.post(changed).await, 401);

    let now = running.setting.sim.clock().now().as_second().try_into().unwrap();
    let forged = Signer::new("a guess").unwrap();
    let url = running.setting.url.as_str();
    let forged = forged.request_at(now, url, delivery.body.clone()).unwrap();
    assert_eq!(running.post(forged).await, 401);

    running.setting.sim.clock().advance(302 * SECOND);
    assert_eq!(running.post(replay(&delivery)).await, 401, "the signature is too old");

    running.stop.send(()).unwrap();
    assert_eq!(running.done.await.unwrap(), 1);
}

#[tokio::test]
async fn accepts_the_retry_of_an_event_after_the_queue_was_full() {
    let mut setting = Setting::new([EventType::FolderCreated]).await;
    let (queue, waiting) = mpsc::channel(1);
    let router = webhook_receiver::router(setting.verifier(), queue);
    let listener = setting.listener.take().unwrap();
    let served = tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });

    let (sim, client) = (&setting.sim, &setting.client);
    for name in ["A", "B"] {
        setting.folder(name).await;
    }
    let mut statuses: Vec<_> = setting.delivered(2).await.iter().map(|it| it.status).collect();
    statuses.sort();
    assert_eq!(statuses, [200, 503].map(|status| Some(status.try_into().unwrap())));

    let (report, mut names) = mpsc::unbounded_channel();
    let worker =
        tokio::spawn(webhook_receiver::work(waiting, client.clone(), move |_, fetched| {
            let Ok(Fetched::Folder(folder)) = fetched else { panic!("{fetched:?}") };
            report.send(folder.name).unwrap();
        }));
    let mut both = vec![names.recv().await.unwrap()];
    sim.clock().advance(14 * SECOND);
    assert_eq!(sim.deliveries().len(), 2, "too early");
    // The maximum random delay.
    sim.clock().advance(4 * SECOND);
    both.push(names.recv().await.unwrap());
    both.sort();
    assert_eq!(both, ["A", "B"]);
    let last = setting.delivered(3).await.pop().unwrap();
    assert_eq!((last.attempt, last.status.unwrap().as_u16()), (2, 200));

    served.abort();
    assert!(served.await.unwrap_err().is_cancelled());
    assert_eq!(worker.await.unwrap(), 2);
}

#[tokio::test]
async fn handles_all_accepted_events_before_it_stops() {
    const MANY: usize = 20;
    let mut running = Running::new([EventType::FolderCreated]).await;
    // The first fetch ends only after the clock is advanced.
    running.setting.sim.inject(Fault::delay(10 * SECOND).on("folders.show").next(1));
    for n in 0..MANY {
        running.setting.folder(&format!("{n:02}")).await;
    }
    let delivered = running.setting.delivered(MANY).await;
    assert!(delivered.iter().all(|it| it.status.unwrap() == 200));
    assert!(running.outcomes.is_empty());

    running.stop.send(()).unwrap();
    let url = running.setting.url.clone();
    let address = url.trim_start_matches("http://").trim_end_matches("/webhooks").to_owned();
    let mut refused = false;
    for _ in 0..10_000 {
        refused = tokio::net::TcpStream::connect(&address).await.is_err();
        if refused {
            break;
        }
        tokio::task::yield_now().await;
    }
    assert!(refused, "the receiver still listens");
    assert!(!running.done.is_finished() && running.outcomes.is_empty());

    running.setting.sim.clock().advance(10 * SECOND);
    assert_eq!(running.done.await.unwrap(), MANY);
    let mut names = Vec::new();
    while let Some((_, fetched)) = running.outcomes.recv().await {
        let Ok(Fetched::Folder(folder)) = fetched else { panic!("{fetched:?}") };
        names.push(folder.name);
    }
    names.sort();
    assert_eq!(names, (0..MANY).map(|n| format!("{n:02}")).collect::<Vec<_>>());
}

#[test]
fn the_sample_is_a_curl_command() {
    let sample = webhook_receiver::sample("secret").unwrap();
    let start = "curl -i http://127.0.0.1:3000/webhooks -d '{\"type\":\"file.ready\"";
    assert!(sample.starts_with(start), "{sample}");
    assert!(sample.contains("-H 'x-frameio-signature: v0="), "{sample}");
}
