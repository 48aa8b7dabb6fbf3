//! Experimental fields of stable operations: requests send `api-version` only if such a field is
//! set.

use frameio_api::experimental::search::SearchScope;
use frameio_api::experimental::shares::ShareInclude;
use frameio_api::files::{File, FileInclude, ListFiles, ShowFile};
use frameio_api::folders::{CreateFolder, UpdateFolder};
use frameio_api::permissions::AccountUserRole;
use frameio_api::search::{SearchAccount, SearchEngine};
use frameio_api::shares::{CreateShare, ListShares, Share, ShareAccess, ShowShare, UpdateShare};
use frameio_api::users::ListAccountUsers;
use frameio_core::{Endpoint, encode};
use serde_json::{Value, json};

/// Returns the header `api-version`, the URL after `/v4/accounts/a/`, and the body of a request.
fn sent(endpoint: &impl Endpoint) -> (Option<String>, String, Value) {
    let request = encode(endpoint).unwrap();
    let version = request.headers().get("api-version");
    let version = version.map(|version| version.to_str().unwrap().to_owned());
    let url = request.uri().to_string().replace("/v4/accounts/a/", "");
    let body = request.body().as_bytes().unwrap_or_default();
    (version, url, serde_json::from_slice(body).unwrap_or_default())
}

fn experimental() -> Option<String> {
    Some("experimental".to_owned())
}

#[test]
fn stable_requests_send_no_version() {
    let include = [FileInclude::MediaLinksOriginal, FileInclude::Creator];
    for (version, ..) in [
        sent(&CreateFolder::new("a", "f").name("n")),
        sent(&CreateShare::new("a", "p", "n", ShareAccess::Public)),
        sent(&UpdateShare::new("a", "s").enabled(true)),
        sent(&ShowShare::new("a", "s")),
        sent(&SearchAccount::new("a", "sea", SearchEngine::Lexical)),
        sent(&ShowFile::new("a", "f").include(include)),
        sent(&ListAccountUsers::new("a").include_deactivated(true).membership_details(false)),
    ] {
        assert_eq!(version, None);
    }
}

#[test]
fn experimental_fields_send_the_version() {
    let folder = sent(&CreateFolder::new("a", "f").restricted(true));
    let body = json!({"data": {"restricted": true}});
    assert_eq!(folder, (experimental(), "folders/f/folders".to_owned(), body.clone()));
    let folder = sent(&UpdateFolder::new("a", "f").restricted(true));
    assert_eq!(folder, (experimental(), "folders/f".to_owned(), body));

    let share = CreateShare::new("a", "p", "n", ShareAccess::Public).watermark_template_id("t");
    let (version, _, body) = sent(&share);
    assert_eq!((version, &body["data"]["watermark_template_id"]), (experimental(), &json!("t")));
    let (version, _, body) = sent(&UpdateShare::new("a", "s").watermark_template_id(None));
    let cleared = json!({"data": {"watermark_template_id": null}});
    assert_eq!((version, body), (experimental(), cleared));

    let search = SearchAccount::new("a", "sea", SearchEngine::Lexical);
    let (version, _, body) = sent(&search.scope(SearchScope::new().folder_id("f")));
    assert_eq!((version, &body["scope"]), (experimental(), &json!({"folder_id": "f"})));
}

#[test]
fn experimental_includes_send_the_version() {
    let include = [ShareInclude::FeaturedFieldDefinition, ShareInclude::VisibleFieldDefinitions];
    let (version, url, _) = sent(&ListShares::new("a", "p").include(include));
    let expected = "projects/p/shares?include=featured_field_definition,visible_field_definitions";
    assert_eq!((version, &*url), (experimental(), expected));

    let include = [FileInclude::Creator, FileInclude::Parent];
    let (version, url, _) = sent(&ShowFile::new("a", "f").include(include));
    assert_eq!((version, &*url), (experimental(), "files/f?include=creator,parent"));
    let list = ListFiles::new("a", "f").include([FileInclude::MediaLinksHlsManifest]);
    assert_eq!(sent(&list).0, experimental());
}

#[test]
fn selecting_the_experimental_response_sends_only_the_version() {
    let (version, url, _) = sent(&ListAccountUsers::new("a").membership_details(true));
    assert_eq!((version, &*url), (experimental(), "users"));
    let (version, url, _) = sent(&ShowFile::new("a", "f").scrub_sheet_layout(true));
    assert_eq!((version, &*url), (experimental(), "files/f"));
}

#[test]
fn decodes_fields_of_experimental_responses() {
    let time = "2026-03-22T10:11:12Z";
    let user: AccountUserRole = serde_json::from_value(json!({"role": "member", "user": {
        "email": "kim@example.com", "joined_at": time, "last_active_at": time,
        "timezone": "Europe/Berlin",
    }}))
    .unwrap();
    assert!(user.user.joined_at.is_some() && user.user.last_active_at.is_some());
    assert_eq!(user.user.timezone.as_deref(), Some("Europe/Berlin"));

    let definition = json!({
        "id": "d", "name": "Take", "field_type": "text", "field_configuration": {},
        "mutable": true, "creator_id": "u", "created_at": time, "updated_at": time,
    });
    let share: Share = serde_json::from_value(json!({
        "id": "s", "collection_id": "c", "access": "public", "enabled": true,
        "downloading_enabled": true, "commenting_enabled": true, "created_at": time,
        "updated_at": time, "watermark_template_id": "t",
        "featured_field_definition": definition, "visible_field_definitions": [definition],
    }))
    .unwrap();
    assert_eq!(share.watermark_template_id.as_ref().map(|id| id.as_str()), Some("t"));
    assert_eq!(share.featured_field_definition.unwrap().name, "Take");
    assert_eq!(share.visible_field_definitions.unwrap().len(), 1);

    let folder = json!({
        "id": "p", "name": "Sea", "project_id": "p", "type": "folder", "view_url": "u",
        "created_at": time, "updated_at": time,
    });
    let file: File = serde_json::from_value(json!({
        "id": "f", "name": "sea.mov", "project_id": "p", "type": "file", "view_url": "u",
        "file_size": 7, "status": "transcoded", "created_at": time, "updated_at": time,
        "parent": folder,
        "media_links": {"hls_manifest": {"url": "https://x"}, "scrub_sheet": {
            "metadata": {"frames": 9, "tile_x": 0},
        }},
    }))
    .unwrap();
    assert!(file.parent.unwrap().as_folder().is_some());
    let links = file.media_links.unwrap();
    assert!(links.hls_manifest.unwrap().url.is_some());
    assert_eq!(links.scrub_sheet.unwrap().metadata.unwrap().frames, Some(9));
}
