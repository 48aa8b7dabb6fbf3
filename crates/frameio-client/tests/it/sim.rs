//! A typical workflow against the simulator, in process and over a socket.

use std::time::Duration;

use frameio::comments::{CreateComment, DeleteComment, ListComments};
use frameio::files::{
    CreateLocalUpload, DeleteFile, FileInclude, ListFiles, ShowFile, ShowUploadStatus, UploadUrl,
};
use frameio::folders::CreateFolder;
use frameio::transport::HyperTransport;
use frameio::users::ShowCurrentUser;
use frameio::{AccountId, Body, CallOptions, Client, EndpointExt, FolderId};
use frameio_sim::Sim;
use futures_util::future::try_join_all;
use http::{Method, Request, StatusCode};

const CONTENT: &[u8] = b"twenty-five bytes of film";

/// Sends a request to a signed URL of the storage.
async fn send(storage: &Client, request: Request<Body>) -> (StatusCode, Vec<u8>) {
    let response = storage.request(request).await.unwrap();
    (response.status(), response.into_body().to_vec())
}

fn put(part: &UploadUrl, media_type: &str, bytes: &'static [u8]) -> Request<Body> {
    Request::put(part.url.as_str())
        .header("content-type", media_type)
        .header("x-amz-acl", "private")
        .body(Body::from(bytes::Bytes::from_static(bytes)))
        .unwrap()
}

/// Uploads, comments, downloads and deletes a file. `storage` sends without a token.
async fn workflow(client: &Client, storage: &Client, sim: &Sim) {
    let demo = sim.demo();
    let (account, root) = (&demo.account_id, &demo.root_folder_id);
    let folder = CreateFolder::new(account, root).name("Dailies");
    let folder = client.send(folder).await.unwrap().id;

    let upload = CreateLocalUpload::new(account, &folder, "a.mp4", CONTENT.len() as u64);
    let file = client.send(upload).await.unwrap();
    let (id, media_type) = (file.id, file.media_type.unwrap());
    assert_eq!(media_type, "video/mp4");
    let parts = file.upload_urls.unwrap();
    assert_eq!(parts.len(), 3, "parts of at most ten bytes");
    let status = client.send(ShowUploadStatus::new(account, &id)).await.unwrap();
    assert!(!status.upload_complete);
    let mut rest = CONTENT;
    for part in &parts {
        let (bytes, after) = rest.split_at(usize::try_from(part.size).unwrap());
        rest = after;
        let (status, body) = send(storage, put(part, &media_type, bytes)).await;
        assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    }
    assert!(rest.is_empty());
    let status = client.send(ShowUploadStatus::new(account, &id)).await.unwrap();
    assert!(status.upload_complete && !status.upload_failed);

    for n in 0..5 {
        let text = format!("comment {n}");
        client.send(CreateComment::new(account, &id, text)).await.unwrap();
    }
    let mut comments = client.items(ListComments::new(account, &id).page_size(2));
    let (mut texts, mut ids) = (Vec::new(), Vec::new());
    while let Some(comment) = comments.next().await {
        let comment = comment.unwrap();
        texts.push(comment.text);
        ids.push(comment.id);
    }
    texts.sort_unstable();
    assert_eq!(texts, ["comment 0", "comment 1", "comment 2", "comment 3", "comment 4"]);
    for id in &ids {
        client.send(DeleteComment::new(account, id)).await.unwrap();
    }

    assert_eq!(names(client, account, &folder).await, ["a.mp4"]);
    let show = ShowFile::new(account, &id).include([FileInclude::MediaLinksOriginal]);
    let links = client.send(show).await.unwrap().media_links.unwrap();
    let url = links.original.unwrap().download_url.unwrap();
    let request = Request::get(url.as_str()).body(Body::empty()).unwrap();
    assert_eq!(send(storage, request).await, (StatusCode::OK, CONTENT.to_vec()));

    client.send(DeleteFile::new(account, &id)).await.unwrap();
    let gone = client.send(ShowFile::new(account, &id)).await.unwrap_err();
    assert!(gone.is_not_found(), "{gone}");
    assert!(names(client, account, &folder).await.is_empty());
}

async fn names(client: &Client, account: &AccountId, folder: &FolderId) -> Vec<String> {
    let mut files = client.items(ListFiles::new(account, folder).page_size(1));
    let mut names = Vec::new();
    while let Some(file) = files.next().await {
        names.push(file.unwrap().name().to_owned());
    }
    names
}

fn sim() -> Sim {
    Sim::builder().part_size(10).build()
}

fn in_process(sim: &Sim) -> Client {
    Client::builder().token(Sim::TOKEN).transport(sim.clone()).build().unwrap()
}

#[tokio::test(start_paused = true)]
async fn workflow_in_process() {
    let sim = sim();
    workflow(&in_process(&sim), &Client::from_service(sim.clone()), &sim).await;
}

#[tokio::test]
async fn workflow_over_a_socket() {
    let sim = sim();
    let server = sim.serve().await.unwrap();
    let client = Client::builder().base_url(server.url()).token(Sim::TOKEN).build().unwrap();
    let storage = Client::from_service(HyperTransport::builder().build());
    workflow(&client, &storage, &sim).await;
}

#[tokio::test(start_paused = true)]
async fn reads_all_pages_of_a_list() {
    let sim = sim();
    let demo = sim.demo();
    let client = in_process(&sim);
    for n in 0..23 {
        let (account, folder) = (&demo.account_id, &demo.root_folder_id);
        let upload = CreateLocalUpload::new(account, folder, format!("{n:02}.mov"), 1u64);
        client.send(upload).await.unwrap();
    }
    let list = ListFiles::new(&demo.account_id, &demo.root_folder_id);
    sim.clear_requests();
    let mut files = client.items(list.page_size(10));
    let mut names = Vec::new();
    while let Some(file) = files.next().await {
        names.push(file.unwrap().name().to_owned());
    }
    let expected: Vec<_> = (0..23).map(|n| format!("{n:02}.mov")).collect();
    assert_eq!(names, expected);
    assert_eq!(sim.requests().len(), 3);
}

#[tokio::test(start_paused = true)]
async fn errors_point_into_the_request() {
    let sim = sim();
    let demo = sim.demo();
    let client = in_process(&sim);
    // The typed request would not encode these values.
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!(
            "/v4/accounts/{}/folders/{}/files/local_upload",
            demo.account_id, demo.root_folder_id
        ))
        .header("content-type", "application/json")
        .body(Body::from(r#"{"data":{"name":"","file_size":"large","colour":"red"}}"#))
        .unwrap();
    let response = client.request(request).await.unwrap();
    assert_eq!(response.status(), 422);
    let errors = frameio::ApiError::parse(response.body());
    let mut pointers: Vec<_> = errors.iter().filter_map(|e| e.pointer.as_deref()).collect();
    pointers.sort_unstable();
    assert_eq!(pointers, ["/data/colour", "/data/file_size", "/data/name"]);

    let fault = frameio_sim::Fault::body(
        StatusCode::UNPROCESSABLE_ENTITY,
        "application/json",
        response.body().clone(),
    );
    sim.inject(fault.on("folders.create"));
    let folder = CreateFolder::new(&demo.account_id, &demo.root_folder_id).name("x");
    let error = client.send(folder).await.unwrap_err();
    assert!(error.is_bad_request() && error.api_errors() == errors);
    assert!(error.to_string().contains("(at /data/name)"), "{error}");

    let wrong = Client::builder().token("wrong").transport(sim.clone()).build().unwrap();
    let error = wrong.send(ShowCurrentUser::new()).await.unwrap_err();
    assert!(error.is_unauthorized() && error.attempts() == 1, "{error}");
}

#[tokio::test(start_paused = true)]
async fn never_exceeds_the_quotas() {
    let sim = Sim::new();
    let client = in_process(&sim);
    let start = tokio::time::Instant::now();
    let calls = (0..300)
        .map(|_| client.send(ShowCurrentUser::new().options(CallOptions::new().max_retries(0))));
    try_join_all(calls).await.unwrap();
    let took = start.elapsed();
    assert_eq!(sim.requests().len(), 300);
    assert!(sim.requests().iter().all(|request| request.status == Some(StatusCode::OK)));
    // 100 immediately, and 200 more at 100 per minute.
    assert!(took >= Duration::from_secs(119) && took < Duration::from_secs(150), "{took:?}");
}
