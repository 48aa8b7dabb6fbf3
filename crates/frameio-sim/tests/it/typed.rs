//! Typed requests of `frameio-api` against the simulator.

use std::collections::BTreeSet;

use frameio_api::collections::{CollectionAggregationMode, ListCollections};
use frameio_api::comments::{Anchor, CommentInclude, CreateComment, LinkInput, ListComments};
use frameio_api::comments::{MediaTime, UpdateComment};
use frameio_api::files::{
    CreateLocalUpload, CreateRemoteUpload, FileInclude, FileStatus, ListFiles, ShowFile,
    ShowUploadStatus,
};
use frameio_api::folders::{CreateFolder, DeleteFolder, ListFolderChildren};
use frameio_api::metadata::{
    BulkUpdateMetadata, MetadataChange, MetadataInput, MetadataValue, ShowMetadata, UserValue,
};
use frameio_api::metadata_fields::{
    CreateFieldDefinition, FieldKind, ListFieldDefinitions, MemberOptions, NewFieldDefinition,
    SelectConfiguration, UserConfiguration,
};
use frameio_api::projects::{CreateProject, ListProjects};
use frameio_api::users::ShowCurrentUser;
use frameio_core::{Body, Endpoint, FromResponse, Page, Patch, encode};
use frameio_sim::Sim;
use http::header::{AUTHORIZATION, HOST, HeaderValue};

use crate::api::{put, send};

async fn call<E: Endpoint>(sim: &Sim, endpoint: &E) -> E::Response {
    let mut request: http::Request<Body> = encode(endpoint).unwrap();
    let token = HeaderValue::try_from(format!("Bearer {}", Sim::TOKEN)).unwrap();
    request.headers_mut().insert(AUTHORIZATION, token);
    request.headers_mut().insert(HOST, HeaderValue::from_static("sim.test:81"));
    let (parts, body) = send(sim, request).await.into_parts();
    assert!(parts.status.is_success(), "{}: {body:?}", E::OPERATION.id);
    E::Response::from_response(&parts, body).unwrap()
}

#[tokio::test]
async fn a_file_is_uploaded_and_commented_on() {
    let sim = Sim::builder().quotas(false).build();
    let demo = sim.demo();
    let (account, root) = (&demo.account_id, &demo.root_folder_id);
    assert_eq!(call(&sim, &ShowCurrentUser::new()).await.id, demo.user_id);

    let create = CreateLocalUpload::new(account.clone(), root.clone(), "clip.mp4", 3_u64);
    let file = call(&sim, &create).await;
    assert_eq!(file.status, FileStatus::Created);
    let part = &file.upload_urls.as_ref().unwrap()[0];
    assert!(part.url.as_str().starts_with("http://sim.test:81/"), "the host of the request");
    let media_type = file.media_type.as_deref().unwrap();
    assert_eq!(put(&sim, part.url.as_str(), media_type, "abc").await.0, 200);
    let status = ShowUploadStatus::new(account.clone(), file.id.clone());
    assert!(call(&sim, &status).await.upload_complete);
    let include = [
        FileInclude::MediaLinksOriginal,
        FileInclude::MediaLinksEfficient,
        FileInclude::Creator,
        FileInclude::Project,
        FileInclude::Metadata,
    ];
    let show = ShowFile::new(account.clone(), file.id.clone()).include(include.clone());
    let shown = call(&sim, &show).await;
    let links = shown.media_links.unwrap();
    assert!(links.original.unwrap().download_url.is_some());
    assert!(links.efficient.unwrap().url.is_some());
    assert_eq!(shown.project.unwrap().id, demo.project_id);
    let list = ListFiles::new(account.clone(), root.clone()).include(include);
    assert_eq!(call(&sim, &list).await.data.len(), 1);

    let comment = CreateComment::new(account.clone(), file.id.clone(), "See this")
        .timestamp("00:00:01:00")
        .duration(12_u64)
        .anchor(Anchor::new(0.25, 1.0))
        .links([LinkInput::new(0..3, "https://example.com")]);
    let comment = call(&sim, &comment).await;
    assert_eq!(comment.timestamp, Some(MediaTime::Frame(24)));
    assert_eq!(comment.links[0].text, "See");
    let update = UpdateComment::new(account.clone(), comment.id).duration(Patch::Clear);
    let updated = call(&sim, &update.timestamp_as_timecode(true)).await;
    assert_eq!((updated.duration, updated.anchor), (None, comment.anchor));
    assert_eq!(updated.timestamp, Some(MediaTime::from("00:00:01:00")));
    let include = [CommentInclude::Owner, CommentInclude::Replies];
    let list = ListComments::new(account.clone(), file.id).include(include);
    let listed = call(&sim, &list).await;
    assert_eq!(listed.data[0].owner.as_ref().unwrap().id, Some(demo.user_id.clone()));

    let remote =
        CreateRemoteUpload::new(account.clone(), root.clone(), "far.mov", "https://x.test");
    let remote = call(&sim, &remote).await;
    assert!(remote.links["status"].as_str().unwrap().ends_with("/status"));
}

#[tokio::test]
async fn lists_are_read_page_by_page() {
    let sim = Sim::builder().quotas(false).build();
    let demo = sim.demo();
    for i in 0..5 {
        let name = format!("folder {i}");
        let (account, root) = (demo.account_id.clone(), demo.root_folder_id.clone());
        call(&sim, &CreateFolder::new(account, root).name(name)).await;
    }
    let list = ListFolderChildren::new(demo.account_id.clone(), demo.root_folder_id.clone())
        .page_size(2_u32)
        .include_total_count(true);
    let mut page: Page<_> = call(&sim, &list).await;
    let mut ids = BTreeSet::new();
    for left in [4, 2, 0] {
        assert_eq!(page.total_count, Some(5));
        ids.extend(page.data.iter().map(|asset| asset.id().to_string()));
        let Some(cursor) = page.next_cursor().unwrap() else { break };
        assert!(left > 0, "three pages");
        page = call(&sim, &list.clone().after(cursor)).await;
    }
    assert_eq!(ids.len(), 5);
    let id = ids.first().unwrap().as_str();
    call(&sim, &DeleteFolder::new(demo.account_id.clone(), id)).await;

    let (account, workspace) = (demo.account_id.clone(), demo.workspace_id.clone());
    call(&sim, &CreateProject::new(account.clone(), workspace.clone(), "Second")).await;
    assert_eq!(call(&sim, &ListProjects::new(account, workspace)).await.data.len(), 2);
}

#[tokio::test]
async fn defines_fields_and_sets_values() {
    let sim = Sim::builder().quotas(false).build();
    let demo = sim.demo();
    let (account, root) = (&demo.account_id, &demo.root_folder_id);
    let create = CreateLocalUpload::new(account.clone(), root.clone(), "clip.mp4", 3_u64);
    let file = call(&sim, &create).await.id;

    let kind = FieldKind::SelectMulti(SelectConfiguration::new(["Drama", "Comedy"]));
    let define = NewFieldDefinition::new("Genre", kind);
    let genre = call(&sim, &CreateFieldDefinition::new(account.clone(), define)).await;
    let FieldKind::SelectMulti(options) = genre.kind else { panic!("{:?}", genre.kind) };
    let comedy = options.options[1].id.clone().unwrap();
    let kind = FieldKind::UserSingle(UserConfiguration::new(MemberOptions::AllProjectMembers));
    let define = NewFieldDefinition::new("Editor", kind);
    let editor = call(&sim, &CreateFieldDefinition::new(account.clone(), define)).await;

    let me = UserValue::user(demo.user_id.clone());
    let values = [
        MetadataChange::new(genre.id, MetadataInput::select([comedy])),
        MetadataChange::new(editor.id.clone(), me.clone()),
    ];
    let update =
        BulkUpdateMetadata::new(account.clone(), demo.project_id.clone(), [file.clone()], values);
    call(&sim, &update).await;
    let shown = call(&sim, &ShowMetadata::new(account.clone(), file)).await.metadata;
    let value = |name: &str| {
        let field = shown.iter().find(|field| field.field_definition_name == name);
        field.unwrap().value.clone().unwrap()
    };
    assert_eq!(value("Editor"), MetadataValue::Users(vec![me]));
    let MetadataValue::Select(chosen) = value("Genre") else { panic!("{:?}", value("Genre")) };
    assert_eq!(chosen[0].display_name, "Comedy");

    let all = call(&sim, &ListFieldDefinitions::new(account.clone())).await.data;
    assert_eq!(all.last().unwrap().id, editor.id);
    assert!(all.iter().any(|it| it.name == "Frame Rate" && !it.mutable));
    let list = ListCollections::new(account.clone(), demo.project_id.clone());
    let modes = call(&sim, &list).await.data.into_iter().map(|it| it.aggregation_mode);
    assert!(modes.eq([CollectionAggregationMode::Static, CollectionAggregationMode::Dynamic]));
}
