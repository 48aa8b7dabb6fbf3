//! Encoding and decoding of requests on groups and collections.

use frameio_api::collections::{CollectionInclude, ListCollections};
use frameio_api::groups::{CreateGroup, Group, GroupSource, GroupSyncStatus, UpdateGroup};
use frameio_core::page::PageItem;
use frameio_core::{Endpoint, encode};
use serde_json::{Value, json};

fn data(endpoint: &impl Endpoint) -> Value {
    let request = encode(endpoint).unwrap();
    let mut body: Value = serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap();
    body["data"].take()
}

fn group(more: &Value) -> Value {
    let mut group = json!({
        "id": "g", "name": "Editors", "emoji": "🎬", "member_count": 3,
        "created_at": "2026-03-22T10:11:12Z", "updated_at": "2026-03-22T10:11:12Z",
    });
    for (name, value) in more.as_object().unwrap() {
        group[name] = value.clone();
    }
    group
}

#[test]
fn decodes_groups_of_every_source() {
    let groups = [
        group(&json!({"source": "frame"})),
        group(&json!({"source": "adobe", "sync_status": "in_progress"})),
        group(&json!({"source": "workfront", "creator": {"email": "kim@example.com"}})),
        group(&json!({"source": "okta", "sync_status": "asleep", "tenant": [1, null]})),
        group(&json!({})),
    ];
    let page = json!({"data": groups, "links": {}}).to_string();
    let page = Group::decode_page(page.as_bytes()).unwrap();
    let read: Vec<_> = page.data.iter().map(|it| (&it.source, &it.sync_status)).collect();
    let expected = [
        (Some(GroupSource::Frame), None),
        (Some(GroupSource::Adobe), Some(GroupSyncStatus::InProgress)),
        (Some(GroupSource::Workfront), None),
        (Some("okta".into()), Some("asleep".into())),
        (None, None),
    ];
    assert_eq!(read, expected.each_ref().map(|it| (&it.0, &it.1)));
    assert_eq!(serde_json::to_value(&page.data).unwrap(), json!(groups));
}

#[test]
fn encodes_names_and_emojis_of_groups() {
    let create = |emoji: &str| CreateGroup::new("a", "Editors", emoji);
    assert_eq!(data(&create("🎬")), json!({"name": "Editors", "emoji": "🎬"}));
    let error = encode(&create("")).unwrap_err();
    assert_eq!(error.to_string(), "`emoji` has 0 characters, expected 1 to 255");
    assert_eq!(data(&UpdateGroup::new("a", "g")), json!({}));
    assert_eq!(data(&UpdateGroup::new("a", "g").emoji("🎞")), json!({"emoji": "🎞"}));
}

#[test]
fn encodes_includes_of_collections_as_one_list() {
    let list = ListCollections::new("a", "p")
        .include([CollectionInclude::Creator, CollectionInclude::Project]);
    assert_eq!(
        encode(&list).unwrap().uri(),
        "/v4/accounts/a/projects/p/collections?include=creator,project"
    );
}

#[cfg(feature = "experimental")]
mod experimental {
    use bytes::Bytes;
    use frameio_api::experimental::groups::{
        AddAdobeGroup, AddGroupMembers, AddedAdobeGroup, RemoveGroupMember,
    };
    use frameio_core::{FromResponse, UserId};

    use super::*;

    #[test]
    fn encodes_additions_and_removals_of_members() {
        let add = AddGroupMembers::new("a", "g", [UserId::from("u1"), UserId::from("u2")]);
        assert_eq!(data(&add), json!({"user_ids": ["u1", "u2"]}));
        let request = encode(&RemoveGroupMember::new("a", "g", "u1")).unwrap();
        assert_eq!(request.uri(), "/v4/accounts/a/groups/g/users/u1");
        assert_eq!(request.headers()["api-version"], "experimental");
    }

    #[test]
    fn decodes_an_added_adobe_group_with_and_without_a_message() {
        assert_eq!(data(&AddAdobeGroup::new("a", "12")), json!({"adobe_group_id": "12"}));
        let read = |response: &Value| {
            let (parts, ()) = http::Response::new(()).into_parts();
            AddedAdobeGroup::from_response(&parts, Bytes::from(response.to_string()))
        };
        let group = group(&json!({"source": "workfront", "sync_status": "not_started"}));
        let added = read(&json!({"data": group})).unwrap();
        assert_eq!(added.group.sync_status, Some(GroupSyncStatus::NotStarted));
        assert_eq!(added.message, None);
        let existing = read(&json!({"data": group, "message": "Already added."})).unwrap();
        assert_eq!(existing.message.as_deref(), Some("Already added."));
        let error = read(&json!({"message": "Already added."})).unwrap_err();
        assert!(error.message.contains("`data`"), "{error}");
    }
}
