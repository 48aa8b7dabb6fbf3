//! Encoding and decoding of requests on shares.

use bytes::Bytes;
use frameio_api::shares::{
    AddShareReviewers, CreateShare, InvitedReviewers, RemoveShareAsset, RemoveShareReviewers,
    Reviewers, Share, ShareAccess, ShareLayout, ShareSortBy, ShareSortDirection, UpdateShare,
};
use frameio_core::{EncodeError, Endpoint, FromResponse, Secret, encode};
use http::{Method, Response};
use serde_json::{Value, json};

fn data(endpoint: &impl Endpoint) -> Value {
    let request = encode(endpoint).unwrap();
    let mut body: Value = serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap();
    body["data"].take()
}

fn share() -> Value {
    json!({
        "id": "s", "collection_id": "c", "access": "secure", "enabled": true,
        "commenting_enabled": true, "downloading_enabled": false, "passphrase": "open sesame",
        "created_at": "2026-03-22T10:11:12Z", "updated_at": "2026-03-22T10:11:12Z",
    })
}

#[test]
fn encodes_the_assets_of_a_share() {
    let create = CreateShare::new("a", "p", "Dailies", ShareAccess::Public);
    assert_eq!(data(&create), json!({"type": "asset", "name": "Dailies", "access": "public"}));
    let create = create
        .asset_ids(["f".into(), "g".into()])
        .passphrase("open sesame")
        .expiration("2026-12-24T18:00:00Z".parse::<jiff::Timestamp>().unwrap())
        .layout(ShareLayout::Reel)
        .sort_by(ShareSortBy::new("d", ShareSortDirection::Desc));
    assert_eq!(
        data(&create),
        json!({
            "type": "asset", "name": "Dailies", "access": "public", "asset_ids": ["f", "g"],
            "passphrase": "open sesame", "expiration": "2026-12-24T18:00:00Z", "layout": "reel",
            "sort_by": {"field_definition_id": "d", "direction": "desc"},
        })
    );
}

#[test]
fn refuses_updates_without_changes() {
    let update = || UpdateShare::new("a", "s");
    let error = encode(&update()).unwrap_err();
    assert_eq!(error.to_string(), "`data` changes nothing: set at least one of its fields");
    assert_eq!(data(&update().passphrase(None)), json!({"passphrase": null}));
    assert_eq!(
        data(
            &update().passphrase("open sesame").expiration(None).accent_color(None).enabled(false)
        ),
        json!({"passphrase": "open sesame", "expiration": null, "accent_color": null, "enabled": false})
    );
}

#[test]
fn debug_hides_the_passphrase() {
    let secret = "open sesame";
    let create = CreateShare::new("a", "p", "Dailies", ShareAccess::Public).passphrase(secret);
    let update = UpdateShare::new("a", "s").passphrase(secret);
    let response: Share = serde_json::from_value(share()).unwrap();
    assert_eq!(response.passphrase.as_ref().map(Secret::expose), Some(secret));
    for shown in [format!("{create:?}"), format!("{update:?}"), format!("{response:?}")] {
        assert!(shown.contains("Secret(…)") && !shown.contains("sesame"), "{shown}");
    }
    let long = "sesame".repeat(50);
    let error = encode(&UpdateShare::new("a", "s").passphrase(&*long)).unwrap_err();
    assert_eq!(error.to_string(), "`passphrase` has 300 characters, expected 0 to 255");
}

#[test]
fn encodes_one_kind_of_reviewers() {
    let body = |reviewers| data(&AddShareReviewers::new("a", "s", reviewers, "Look!"));
    let invited = |reviewers: Reviewers| body(InvitedReviewers::from(reviewers));
    assert_eq!(
        invited(Reviewers::emails(["kim@example.com", "ali@example.com"])),
        json!({
            "reviewers": {"emails": ["kim@example.com", "ali@example.com"]}, "message": "Look!",
        })
    );
    assert_eq!(invited(Reviewers::users(["u"]))["reviewers"], json!({"user_ids": ["u"]}));
    let adobe = Reviewers::adobe_users(["ABC@DEF.e"]);
    assert_eq!(invited(adobe)["reviewers"], json!({"adobe_user_ids": ["ABC@DEF.e"]}));
    let lists = InvitedReviewers::ShareLists(vec!["l".to_owned()]);
    assert_eq!(body(lists)["reviewers"], json!({"share_list_ids": ["l"]}));
}

#[test]
fn accepts_1_to_10_unique_reviewers() {
    let remove = |emails: &[&str]| {
        let reviewers = Reviewers::emails(emails.iter().copied());
        encode(&RemoveShareReviewers::new("a", "s", reviewers)).map_err(|error| error.to_string())
    };
    let none = remove(&[]).unwrap_err();
    assert_eq!(none, "`reviewers.emails` has 0 items, expected 1 to 10");
    let many: Vec<_> = (0..11).map(|i| format!("{i}@example.com")).collect();
    let many: Vec<_> = many.iter().map(String::as_str).collect();
    assert!(remove(&many[..10]).is_ok());
    assert!(remove(&many).unwrap_err().contains("has 11 items"));
    let twice = remove(&["kim@example.com", "kim@example.com"]).unwrap_err();
    assert_eq!(twice, "`reviewers.emails[1]` duplicates `[0]`; values must be unique");
}

#[test]
fn decodes_exactly_one_kind_of_reviewers() {
    let read = |json: Value| serde_json::from_value::<InvitedReviewers>(json);
    let one = json!({"user_ids": ["u"], "emails": null});
    assert_eq!(read(one).unwrap(), Reviewers::users(["u"]).into());
    for wrong in [json!({}), json!({"user_ids": ["u"], "emails": ["kim@example.com"]})] {
        let error = read(wrong).unwrap_err().to_string();
        assert!(error.starts_with("expected exactly one of `emails`, `user_ids`"), "{error}");
    }
    let error = read(json!({"names": ["Kim"]})).unwrap_err().to_string();
    assert_eq!(error, "unknown kind of reviewers `names`");
    let error = serde_json::from_value::<Reviewers>(json!({"share_list_ids": ["l"]})).unwrap_err();
    assert!(error.to_string().contains("but not removed"), "{error}");
}

#[test]
fn deletions_can_have_a_body_and_a_response() -> Result<(), EncodeError> {
    let remove = encode(&RemoveShareReviewers::new("a", "s", Reviewers::users(["u"])))?;
    assert_eq!(
        (remove.method(), remove.uri().path()),
        (&Method::DELETE, "/v4/accounts/a/shares/s/reviewers")
    );
    assert_eq!(remove.headers()["content-type"], "application/json");
    assert_eq!(remove.body().as_bytes().unwrap(), br#"{"data":{"reviewers":{"user_ids":["u"]}}}"#);

    let remove = encode(&RemoveShareAsset::new("a", "s", "adobe:1|2"))?;
    assert_eq!(remove.uri(), "/v4/accounts/a/shares/s/assets/adobe%3A1%7C2");
    let mut response = share();
    response["asset_removed"] = "adobe:1".into();
    let (parts, ()) = Response::new(()).into_parts();
    let body = Bytes::from(json!({ "data": response }).to_string());
    let share = <RemoveShareAsset as Endpoint>::Response::from_response(&parts, body).unwrap();
    assert_eq!(share.asset_removed, Some("adobe:1".into()));
    assert_eq!(share.asset_added, None);
    Ok(())
}
