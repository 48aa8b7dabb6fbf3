//! Comments, which the legacy API listed flat, replies after their comment.

use frameio_api::comments::{Comment, MediaTime};
use frameio_core::AccountId;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::people::{optional_id, optional_user};
use super::{optional_time, time};

/// Translates a comment. `first_frame` is the number that V4 gives the first frame; V2 counted
/// from 0.
pub(crate) fn comment(
    comment: &Comment,
    parent: Option<&str>,
    account: &AccountId,
    first_frame: u64,
) -> Value {
    let timestamp = match &comment.timestamp {
        Some(MediaTime::Frame(frame)) => frame.saturating_sub(first_frame).into(),
        _ => Value::Null,
    };
    let replies = comment.replies.as_deref().unwrap_or_default();
    let replies: Vec<Value> = replies
        .iter()
        .map(|reply| self::comment(reply, Some(comment.id.as_str()), account, first_frame))
        .collect();
    json!({
        "_type": "comment",
        "id": comment.id,
        "asset_id": comment.file_id,
        "parent_id": parent,
        "text": comment.text,
        "timestamp": timestamp,
        "duration": comment.duration,
        "annotation": comment.annotation,
        "page": comment.page,
        "pitch": null,
        "yaw": null,
        "completed": comment.completed_at.is_some(),
        "completed_at": optional_time(comment.completed_at),
        "completer_id": comment.completer_id,
        "private": false,
        "has_replies": !replies.is_empty(),
        "replies": replies,
        "like_count": 0,
        "owner_id": optional_id(comment.owner.as_ref()),
        "owner": optional_user(comment.owner.as_ref(), account),
        "anonymous_user": null,
        "anonymous_user_id": null,
        "text_edited_at": optional_time(comment.text_edited_at),
        "inserted_at": time(comment.created_at),
        "updated_at": time(comment.updated_at),
        "deleted_at": null,
    })
}

/// Puts the replies of a comment after it.
pub(crate) fn flatten(comment: Value) -> Vec<Value> {
    let replies = comment["replies"].as_array().cloned().unwrap_or_default();
    let mut flat = vec![comment];
    flat.extend(replies.into_iter().flat_map(flatten));
    flat
}

/// Marks something as deleted now: `DELETE` returned the object.
pub(crate) fn deleted(mut object: Value) -> Value {
    object["deleted_at"] = time(Timestamp::now()).into();
    object
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v4(id: &str, timestamp: Value, replies: Value) -> Value {
        json!({
            "id": id, "file_id": "f", "text": "t", "timestamp": timestamp, "links": [],
            "mentions": [], "replies": replies,
            "created_at": "2026-01-02T03:04:05Z", "updated_at": "2026-01-02T03:04:05Z",
        })
    }

    #[test]
    fn replies_follow_their_comment_and_name_it() {
        let reply = v4("r", json!(null), json!([]));
        let comment = serde_json::from_value(v4("c", json!(25), json!([reply]))).unwrap();
        let flat = flatten(super::comment(&comment, None, &"a".into(), 1));
        let ids: Vec<_> = flat.iter().map(|it| (&it["id"], &it["parent_id"])).collect();
        assert_eq!(ids, [(&json!("c"), &Value::Null), (&json!("r"), &json!("c"))]);
        assert_eq!((&flat[0]["timestamp"], &flat[0]["has_replies"]), (&json!(24), &json!(true)));
        assert_eq!(flat[1]["timestamp"], Value::Null);
        assert_eq!(flat[0]["completed"], json!(false));
    }

    #[test]
    fn the_first_frame_is_never_negative() {
        let comment = serde_json::from_value(v4("c", json!(0), json!([]))).unwrap();
        assert_eq!(super::comment(&comment, None, &"a".into(), 1)["timestamp"], 0);
    }
}
