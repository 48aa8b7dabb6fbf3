//! Thumbnails of files.

use std::convert::Infallible;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use frameio::markers::{FileComments, Format, Source, WriteOptions, write};
use frameio::transfer::Transfers;
use frameio_sim::Sim;
use http::{Request, Response};

use crate::{CUT_3, client, demo, read_all, read_one, reader};

#[tokio::test(start_paused = true)]
async fn reads_the_thumbnail_of_each_file_with_comments_by_a_signed_link() {
    let sim = demo();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let (seen, storage) = (requests.clone(), sim.clone());
    let storage = tower::service_fn(move |request: Request<frameio::Body>| {
        seen.lock().unwrap().push(request.headers().contains_key("authorization"));
        tower::ServiceExt::oneshot(storage.clone(), request)
    });
    let transfers = Transfers::builder(client(&sim)).storage(storage).build();
    let reader = reader(&sim).thumbnails(transfers);
    let (files, errors) = read_all(&reader, Source::Project(sim.demo().project_id)).await;
    assert!(errors.is_empty(), "{errors:?}");
    for file in &files {
        let picture = file.thumbnail.as_ref().map(frameio::markers::Picture::media_type);
        let has_comments = !file.list.markers.is_empty();
        assert_eq!(picture, has_comments.then_some("image/png"), "{file:?}");
    }
    assert_eq!(*requests.lock().unwrap(), [false, false], "without the token");
    let calls = &sim.stats().by_operation;
    assert_eq!(calls.get("files.show"), Some(&2), "{calls:?}");

    let mut options = WriteOptions::default();
    let file = files.iter().find(|file| file.thumbnail.is_some()).unwrap();
    options.thumbnail.clone_from(&file.thumbnail);
    let page = write(Format::Html, &file.list, &options).unwrap().files.remove(0).data;
    let page = String::from_utf8(page).unwrap();
    assert!(page.contains("<img src=\"data:image/png;base64,"), "{page}");
}

/// Reads a file whose thumbnail the storage serves with this status and content; `None` for no response.
async fn read_with(sim: &Sim, response: Option<(u16, Vec<u8>)>) -> FileComments {
    let storage = tower::service_fn(move |_: Request<frameio::Body>| {
        let response = response.clone();
        async move {
            let Some((status, content)) = response else { return std::future::pending().await };
            let body = frameio::Body::from(content);
            Ok::<_, Infallible>(Response::builder().status(status).body(body).unwrap())
        }
    });
    let transfers = Transfers::builder(client(sim))
        .storage(storage)
        .max_retries(1)
        .stall_timeout(Duration::from_secs(10))
        .build();
    read_one(&reader(sim).thumbnails(transfers), Source::File(CUT_3.into())).await
}

#[tokio::test(start_paused = true)]
async fn a_missing_thumbnail_is_a_note() {
    let sim = demo();
    let mut large = b"\x89PNG\r\n\x1a\n".to_vec();
    large.resize((2 << 20) + 1, 0);
    let cases = [
        (Some((403, Vec::new())), ""),
        (Some((200, b"<svg onload=\"x\"/>".to_vec())), "not a JPEG, PNG, WebP or GIF"),
        (Some((200, large)), "larger than 2097152 bytes"),
        (Some((200, Vec::new())), ""),
        (None, ""),
    ];
    for (response, reason) in cases {
        let start = tokio::time::Instant::now();
        let file = read_with(&sim, response).await;
        assert_eq!((file.list.markers.len(), file.thumbnail), (3, None));
        let note = file.notes.last().unwrap();
        assert!(note.starts_with("the thumbnail is missing: ") && note.ends_with(reason), "{note}");
        assert!(!note.contains("http"), "{note}");
        assert!(start.elapsed() < Duration::from_secs(120), "{:?}", start.elapsed());
    }
}
