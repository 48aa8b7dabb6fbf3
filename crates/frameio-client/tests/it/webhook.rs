//! Fetching the resources of webhook events and custom actions.

use std::time::Duration;

use frameio::comments::CreateComment;
use frameio::files::{CreateLocalUpload, DeleteFile};
use frameio::metadata_fields::{
    CreateFieldDefinition, FieldKind, ListFieldDefinitions, NewFieldDefinition, TextConfiguration,
};
use frameio::shares::{CreateShare, ShareAccess};
use frameio::version_stacks::CreateVersionStack;
use frameio::webhook::action::ActionRequest;
use frameio::webhook::{Event, Fetched, Resource};
use frameio::{Client, EventType, FileId};
use frameio_sim::{Collection, Fault, Sim};
use futures_util::TryStreamExt;
use http::StatusCode;

fn sim() -> Sim {
    Sim::builder().quotas(false).transcode_after(Duration::from_secs(30)).build()
}

/// Creates a file without content and returns its id.
async fn create_id(client: &Client, sim: &Sim) -> FileId {
    let demo = sim.demo();
    let upload = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, "a.mp4", 25);
    client.send(upload).await.unwrap().id
}

fn in_process(sim: &Sim) -> Client {
    Client::builder().token(Sim::TOKEN).transport(sim.clone()).max_retries(0).build().unwrap()
}

/// Creates one resource of each type.
async fn resources(client: &Client, sim: &Sim) -> Vec<Resource> {
    let demo = sim.demo();
    let account = &demo.account_id;
    let file = create_id(client, sim).await;
    let versions = [create_id(client, sim).await, create_id(client, sim).await];
    let stack = CreateVersionStack::new(account, &demo.root_folder_id, versions);
    let comment = CreateComment::new(account, &file, "too dark");
    let share = CreateShare::new(account, &demo.project_id, "Dailies", ShareAccess::Public);
    let collection = sim.add_collection(&demo.project_id, Collection::new("Selects")).unwrap();
    // More than a page; the test searches for the last one.
    for n in 0..101 {
        let kind = FieldKind::Text(TextConfiguration::new());
        let create = NewFieldDefinition::new(format!("Field {n}"), kind);
        client.send(CreateFieldDefinition::new(account, create)).await.unwrap();
    }
    let fields: Vec<_> =
        client.items(ListFieldDefinitions::new(account)).try_collect().await.unwrap();
    vec![
        Resource::File(file),
        Resource::Folder(demo.root_folder_id.clone()),
        Resource::VersionStack(client.send(stack).await.unwrap().id),
        Resource::Comment(client.send(comment).await.unwrap().id),
        Resource::CustomField(fields.last().unwrap().id.clone()),
        Resource::Project(demo.project_id.clone()),
        Resource::Collection(collection),
        Resource::Share(client.send(share).await.unwrap().id),
    ]
}

/// Returns the reference to a fetched resource.
fn reference(fetched: &Fetched) -> Resource {
    match fetched {
        Fetched::File(file) => Resource::File(file.id.clone()),
        Fetched::Folder(folder) => Resource::Folder(folder.id.clone()),
        Fetched::VersionStack(stack) => Resource::VersionStack(stack.id.clone()),
        Fetched::Comment(comment) => Resource::Comment(comment.id.clone()),
        Fetched::CustomField(field) => Resource::CustomField(field.id.clone()),
        Fetched::Project(project) => Resource::Project(project.id.clone()),
        Fetched::Collection(collection) => Resource::Collection(collection.id.clone()),
        Fetched::Share(share) => Resource::Share(share.id.clone()),
        other => panic!("{other:?}"),
    }
}

#[tokio::test(start_paused = true)]
async fn fetches_each_resource_type() {
    let sim = sim();
    let client = in_process(&sim);
    let account = &sim.demo().account_id;
    for resource in resources(&client, &sim).await {
        let kind = EventType::from(&*format!("{}.updated", resource.kind()));
        let event = Event::new(kind, resource.clone(), account);
        assert_eq!(reference(&client.fetch(&event).await.unwrap()), resource);

        let unknown = Resource::new(resource.kind(), "00000000-0000-4000-8000-000000000000");
        let fetched = client.fetch_resource(account, unknown.clone()).await.unwrap();
        assert_eq!(fetched, Fetched::NotFound(unknown));
    }
}

#[tokio::test(start_paused = true)]
async fn fetches_the_resource_of_every_event_of_the_simulator() {
    let sim = sim();
    let client = in_process(&sim);
    resources(&client, &sim).await;
    let events = sim.events();
    assert!(events.len() > 100);
    for recorded in events {
        let fetched = client.fetch(&recorded.event).await.unwrap();
        assert_eq!(reference(&fetched), recorded.event.resource());
    }
}

#[tokio::test(start_paused = true)]
async fn sends_no_request_for_deleted_or_unknown_resources() {
    let sim = sim();
    let client = in_process(&sim);
    let account = &sim.demo().account_id;
    let id = create_id(&client, &sim).await;
    let file = Resource::File(id.clone());
    client.send(DeleteFile::new(account, &id)).await.unwrap();
    sim.clear_requests();

    let deleted = Event::new(EventType::FileDeleted, file.clone(), account);
    assert_eq!(client.fetch(&deleted).await.unwrap(), Fetched::Deleted(file.clone()));
    let pinned = Resource::new("moodboard", "m1");
    let event = Event::new(EventType::from("moodboard.pinned"), pinned.clone(), account);
    assert_eq!(client.fetch(&event).await.unwrap(), Fetched::Unknown(pinned));
    assert!(sim.requests().is_empty());

    // The event of the creation arrives after the deletion.
    let created = Event::new(EventType::FileCreated, file.clone(), account);
    assert_eq!(client.fetch(&created).await.unwrap(), Fetched::NotFound(file));
    assert_eq!(sim.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn other_statuses_are_errors() {
    let sim = sim();
    let client = in_process(&sim);
    let account = &sim.demo().account_id;
    for status in [StatusCode::FORBIDDEN, StatusCode::INTERNAL_SERVER_ERROR] {
        for resource in resources(&client, &sim).await {
            sim.inject(Fault::status(status).next(1));
            let error = client.fetch_resource(account, resource).await.unwrap_err();
            assert_eq!(error.status(), Some(status));
        }
    }
}

#[tokio::test(start_paused = true)]
async fn fetches_the_selection_of_an_action() {
    let sim = sim();
    let client = in_process(&sim);
    let head = create_id(&client, &sim).await;
    let folder = sim.demo().root_folder_id.clone();
    let selection =
        [Resource::Folder(folder.clone()), Resource::VersionStack(head.as_str().into())];
    let action = ActionRequest::new("deliver", "x", "i", &sim.demo().account_id).select(selection);
    let mut fetched = Vec::new();
    for resource in action.selection() {
        fetched.push(client.fetch_resource(&action.account_id, resource).await.unwrap());
    }
    let names: Vec<_> = fetched.iter().map(reference).collect();
    assert_eq!(names, [Resource::Folder(folder), Resource::File(head)]);
}

#[test]
fn the_future_can_be_spawned() {
    fn spawned<T: Send + 'static>(_: &T) {}
    let client = Client::new("token").unwrap();
    let event = Event::new(EventType::FileReady, Resource::File("f".into()), "a");
    spawned(&client.fetch(&event));
}

#[cfg(feature = "blocking")]
#[test]
fn fetches_with_the_blocking_client() {
    let sim = sim();
    let client = frameio::blocking::Client::new(in_process(&sim)).unwrap();
    let folder = Resource::Folder(sim.demo().root_folder_id.clone());
    let event = Event::new(EventType::FolderUpdated, folder.clone(), &sim.demo().account_id);
    assert_eq!(reference(&client.fetch(&event).unwrap()), folder);
    let fetched = client.fetch_resource(&sim.demo().account_id, folder.clone()).unwrap();
    assert_eq!(reference(&fetched), folder);
}
