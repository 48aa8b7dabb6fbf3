//! Fetching the resources that events and actions name.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

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

/// Creates a file whose bytes are still missing.
async fn create_id(client: &Client, sim: &Sim) -> FileId {
    let demo = sim.demo();
    let upload = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, "a.mp4", 25);
    client.send(upload).await.unwrap().id
}

fn in_process(sim: &Sim) -> Client {
    Client::builder().token(Sim::TOKEN).transport(sim.clone()).max_retries(0).build().unwrap()
}

/// One of each kind that there is.
async fn resources(client: &Client, sim: &Sim) -> Vec<Resource> {
    let demo = sim.demo();
    let account = &demo.account_id;
    let file = create_id(client, sim).await;
    let versions = [create_id(client, sim).await, create_id(client, sim).await];
    let stack = CreateVersionStack::new(account, &demo.root_folder_id, versions);
    let comment = CreateComment::new(account, &file, "too dark");
    let share = CreateShare::new(account, &demo.project_id, "Dailies", ShareAccess::Public);
    let collection = sim.add_collection(&demo.project_id, Collection::new("Selects")).unwrap();
    // More than a page of them, of which the last is looked for.
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

/// What a fetched resource is, as it would be named.
fn name(fetched: &Fetched) -> Resource {
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
async fn each_kind_is_fetched_as_it_is_named() {
    let sim = sim();
    let client = in_process(&sim);
    let account = &sim.demo().account_id;
    for resource in resources(&client, &sim).await {
        let kind = EventType::from(&*format!("{}.updated", resource.kind()));
        let event = Event::new(kind, resource.clone(), account);
        assert_eq!(name(&client.fetch(&event).await.unwrap()), resource);

        let unknown = Resource::new(resource.kind(), "00000000-0000-4000-8000-000000000000");
        let fetched = client.fetch_resource(account, unknown.clone()).await.unwrap();
        assert_eq!(fetched, Fetched::NotFound(unknown));
    }
}

#[tokio::test(start_paused = true)]
async fn every_event_that_the_simulator_tells_of_names_what_can_be_fetched() {
    let sim = sim();
    let client = in_process(&sim);
    resources(&client, &sim).await;
    let events = sim.events();
    assert!(events.len() > 100);
    for recorded in events {
        let fetched = client.fetch(&recorded.event).await.unwrap();
        assert_eq!(name(&fetched), recorded.event.resource());
    }
}

#[tokio::test(start_paused = true)]
async fn what_is_gone_or_not_known_is_told_without_a_call() {
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

    // The event of its creation comes late.
    let created = Event::new(EventType::FileCreated, file.clone(), account);
    assert_eq!(client.fetch(&created).await.unwrap(), Fetched::NotFound(file));
    assert_eq!(sim.requests().len(), 1);
}

#[tokio::test(start_paused = true)]
async fn other_answers_are_errors() {
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
async fn the_selection_of_an_action_is_fetched_a_stack_by_its_head_too() {
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
    let names: Vec<_> = fetched.iter().map(name).collect();
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
fn a_client_without_a_runtime_fetches_too() {
    let sim = sim();
    let client = frameio::blocking::Client::new(in_process(&sim)).unwrap();
    let folder = Resource::Folder(sim.demo().root_folder_id.clone());
    let event = Event::new(EventType::FolderUpdated, folder.clone(), &sim.demo().account_id);
    assert_eq!(name(&client.fetch(&event).unwrap()), folder);
}
