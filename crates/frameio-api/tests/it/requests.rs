//! Encoding of requests: nulls, times, ids, lists and secrets.

use frameio_api::assets::AssetKind;
use frameio_api::comments::{
    Anchor, CreateComment, TextReviewAnnotation, TextReviewAnnotationUpdate, TextReviewBounds,
    TextReviewType, UpdateComment,
};
use frameio_api::files::{CreateRemoteUpload, FileInclude, ShowFile, UploadUrl};
use frameio_api::folders::ListFolderChildren;
use frameio_core::{Endpoint, Patch, encode};
use serde_json::{Value, json};

fn url(endpoint: &impl Endpoint) -> String {
    encode(endpoint).unwrap().uri().to_string()
}

fn data(endpoint: &impl Endpoint) -> Value {
    let request = encode(endpoint).unwrap();
    let mut body: Value = serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap();
    body["data"].take()
}

#[test]
fn updates_distinguish_keep_clear_and_set() {
    let update = || UpdateComment::new("a", "c");
    assert_eq!(data(&update()), json!({}));
    let cleared = update().duration(None).page(None).anchor(None).annotation(None).completed(None);
    let nulls = json!({
        "duration": null, "page": null, "anchor": null, "annotation": null, "completed": null,
    });
    assert_eq!(data(&cleared), nulls);
    let set = update().duration(24).page(2).anchor(Anchor::new(0.25, 1.0)).annotation("[]");
    assert_eq!(
        data(&set.completed(true)),
        json!({
            "duration": 24, "page": 2, "anchor": {"x": 0.25, "y": 1.0}, "annotation": "[]",
            "completed": true,
        })
    );
    assert_eq!(data(&cleared.completed(Patch::Keep).page(Some(3)))["page"], 3);
}

#[test]
fn text_reviews_send_null_for_missing_texts() {
    let bounds = [TextReviewBounds::new(1.0, 2.0, 3.0, 4.0)];
    let create = CreateComment::new("a", "f", "Out?").text_review_annotation(
        TextReviewAnnotation::new(TextReviewType::Remove, bounds).selection_text("very"),
    );
    assert_eq!(
        data(&create)["text_review_annotation"],
        json!({
            "text_review_annotation_type": "remove",
            "bounds": [{"x": 1.0, "y": 2.0, "width": 3.0, "height": 4.0}],
            "selection_text": "very",
            "suggested_text": null,
        })
    );
    let change = TextReviewAnnotationUpdate::new().suggested_text(None);
    let update = UpdateComment::new("a", "c").text_review_annotation(change);
    assert_eq!(data(&update), json!({"text_review_annotation": {"suggested_text": null}}));
}

#[test]
fn encodes_frame_numbers_and_timecodes() {
    let at = |comment: CreateComment| data(&comment)["timestamp"].take();
    let comment = || CreateComment::new("a", "f", "Here");
    assert_eq!(at(comment().timestamp(120)), json!(120));
    assert_eq!(at(comment().timestamp("00:00:05:00")), json!("00:00:05:00"));
    assert_eq!(at(comment()), Value::Null);
}

#[test]
fn adobe_ids_are_one_path_segment() {
    let request = ShowFile::new("adobe:urn:a", "adobe:urn:aaid:sc:US:1/x|2");
    assert_eq!(
        url(&request),
        "/v4/accounts/adobe%3Aurn%3Aa/files/adobe%3Aurn%3Aaaid%3Asc%3AUS%3A1%2Fx%7C2"
    );
}

#[test]
fn separates_lists_in_queries_by_commas() {
    let request = ListFolderChildren::new("a", "f")
        .kinds([AssetKind::File, AssetKind::VersionStack])
        .include([FileInclude::MediaLinksOriginal, "media_links.hls_manifest".into()]);
    assert_eq!(
        url(&request),
        "/v4/accounts/a/folders/f/children\
         ?include=media_links.original,media_links.hls_manifest&type=file,version_stack"
    );
}

#[test]
fn debug_hides_secrets() {
    let signed = "https://s3.example/part?X-Amz-Signature=canary";
    let request = CreateRemoteUpload::new("a", "f", "sea.mov", signed);
    assert_eq!(data(&request)["source_url"], signed);
    let part: UploadUrl = serde_json::from_value(json!({"size": 1, "url": signed})).unwrap();
    for shown in [format!("{request:?}"), format!("{part:?}"), format!("{:?}", encode(&request))] {
        assert!(!shown.contains("canary"), "{shown}");
    }
}
