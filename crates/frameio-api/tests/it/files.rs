//! Encoding and decoding of requests on files, folders, version stacks and projects.

use bytes::Bytes;
use frameio_api::files::{
    CopiedFile, CopyComments, CopyFile, CopyFiles, ImportFile, MediaType, MoveFile, MoveFiles,
    StorageKey,
};
use frameio_api::folders::{CopyFolder, CopyFolders, FolderCopies, FolderCopy};
use frameio_api::projects::{DeletedAssetSort, ListDeletedAssets};
use frameio_api::version_stacks::CreateVersionStack;
use frameio_core::{DecodeError, Endpoint, FileId, FolderId, FromResponse, VersionStackId, encode};
use http::{Response, StatusCode};
use serde_json::{Value, json};

fn url(endpoint: &impl Endpoint) -> String {
    encode(endpoint).unwrap().uri().to_string()
}

fn body(endpoint: &impl Endpoint) -> Value {
    let request = encode(endpoint).unwrap();
    serde_json::from_slice(request.body().as_bytes().unwrap()).unwrap()
}

fn decode<T: FromResponse>(status: u16, body: &'static str) -> Result<T, DecodeError> {
    let (mut parts, ()) = Response::new(()).into_parts();
    parts.status = StatusCode::from_u16(status).unwrap();
    T::from_response(&parts, Bytes::from_static(body.as_bytes()))
}

#[test]
fn copies_to_a_folder_or_lets_the_service_choose() {
    assert_eq!(body(&CopyFile::new("a", "f")), json!({"data": {}}));
    let copy = CopyFile::new("a", "f").parent_id("p").copy_metadata(true);
    let copy = copy.copy_comments(CopyComments::Public);
    assert_eq!(body(&copy), json!({"data": {"parent_id": "p"}}));
    assert_eq!(url(&copy), "/v4/accounts/a/files/f/copy?copy_metadata=true&copy_comments=public");
}

#[test]
fn moves_files_to_folders_and_version_stacks() {
    let folder = MoveFile::new("a", "f", FolderId::from("p"));
    let stack = MoveFile::new("a", "f", VersionStackId::from("p"));
    assert_eq!(folder, stack);
    assert_eq!(body(&stack), json!({"data": {"parent_id": "p"}}));
}

#[test]
fn bulk_requests_accept_1_to_100_unique_files() {
    let copy = CopyFiles::new("a", ["f".into(), "g".into()], "p");
    assert_eq!(body(&copy), json!({"data": {"file_ids": ["f", "g"], "parent_id": "p"}}));
    assert_eq!(url(&copy), "/v4/accounts/a/files/copy");
    let error = encode(&MoveFiles::new("a", [], "p")).unwrap_err();
    assert_eq!(error.to_string(), "`file_ids` has 0 items, expected 1 to 100");
    let many: Vec<FileId> = (0..101).map(|i| format!("f{i}").into()).collect();
    let error = encode(&CopyFiles::new("a", many, "p")).unwrap_err();
    assert_eq!(error.to_string(), "`file_ids` has 101 items, expected 1 to 100");
    let error = encode(&CreateVersionStack::new("a", "p", ["f".into()])).unwrap_err();
    assert_eq!(error.to_string(), "`file_ids` has 1 items, expected 2 to 10");
    let error = encode(&MoveFiles::new("a", ["f".into(), "f".into()], "p")).unwrap_err();
    assert_eq!(error.to_string(), "`file_ids[1]` duplicates `[0]`; values must be unique");
}

#[test]
fn imports_name_an_object_in_connected_storage() {
    let uuid = "2e426fe0-f965-4594-8b2b-b4dff1dc00ec";
    let import = |key: &str, storage: &str| {
        ImportFile::new("a", "p", "sea.mov", StorageKey::new(key), storage)
    };
    let data = json!({"name": "sea.mov", "key": "2026/sea.mov", "storage_location": uuid});
    assert_eq!(body(&import("2026/sea.mov", uuid)), json!({"data": data}));
    assert!(encode(&import("k", &format!("{uuid}-{uuid}"))).is_ok());
    let error = encode(&import("", uuid)).unwrap_err();
    assert_eq!(error.to_string(), "`key` has 0 characters, expected 1 or more");
    let upper = uuid.to_uppercase();
    let wrong = ["", "storage", &upper, &format!("{uuid}{uuid}"), &format!("{uuid}-"), "ü-ü"];
    for storage in wrong {
        let error = encode(&import("k", storage)).unwrap_err();
        assert_eq!(error.field, "storage_location", "{error}");
        assert!(error.message.contains("UUID"), "{error}");
    }
}

#[test]
fn decodes_complete_and_pending_copies_of_a_folder() {
    type CopyResponse = <CopyFolder as Endpoint>::Response;
    let folder = r#"{"data":{"created_at":"2026-03-22T10:11:12Z","id":"c","name":"Sea",
        "project_id":"p","type":"folder","updated_at":"2026-03-22T10:11:12Z","view_url":"u"}}"#;
    let done = decode::<CopyResponse>(200, folder).unwrap();
    assert_eq!(done.folder().unwrap().id.as_str(), "c");
    assert_eq!(serde_json::to_value(&done).unwrap()["name"], "Sea");

    for empty in ["{}", ""] {
        let pending = decode::<CopyResponse>(202, empty).unwrap();
        assert!(matches!(&pending, FolderCopy::InProgress(response) if response.is_empty()));
        assert_eq!(pending.folder(), None);
    }
    let more = decode::<CopyResponse>(202, r#"{"job":1}"#).unwrap();
    assert_eq!(serde_json::to_value(&more).unwrap(), json!({"job": 1}));

    let error = decode::<CopyResponse>(200, "{}").unwrap_err();
    assert_eq!((&*error.path, error.message.contains("`data`")), (".", true), "{error}");
}

#[test]
fn decodes_complete_and_pending_copies_of_several_folders() {
    type CopiesResponse = <CopyFolders as Endpoint>::Response;
    for empty in ["{}", ""] {
        let copies = decode::<CopiesResponse>(202, empty).unwrap();
        assert!(matches!(&copies, FolderCopies::InProgress(fields) if fields.is_empty()));
        assert_eq!(copies.folders(), None);
    }
    let copied = json!({"data": [{"source_folder_id": "f", "folder": {
        "created_at": "2026-03-22T10:11:12Z", "id": "c", "name": "Sea", "project_id": "p",
        "type": "folder", "updated_at": "2026-03-22T10:11:12Z", "view_url": "u",
    }}]});
    let copies = decode::<CopiesResponse>(200, copied.to_string().leak()).unwrap();
    assert_eq!(copies.folders().unwrap()[0].folder.id.as_str(), "c");
    assert_eq!(serde_json::to_value(&copies).unwrap(), copied["data"]);
    assert!(decode::<CopiesResponse>(200, "{}").unwrap_err().message.contains("`data`"));
}

#[test]
fn copies_contain_the_id_of_their_source() {
    let files = decode::<Vec<CopiedFile>>(
        200,
        r#"{"data":[{"source_file_id":"f","file":{"created_at":"2026-03-22T10:11:12Z","id":"c",
        "name":"sea.mov","project_id":"p","type":"file","updated_at":"2026-03-22T10:11:12Z",
        "view_url":"u","file_size":7,"status":"uploaded"}}]}"#,
    )
    .unwrap();
    assert_eq!((files[0].source_file_id.as_str(), files[0].file.id.as_str()), ("f", "c"));
}

#[test]
fn sorts_deleted_assets() {
    let list = ListDeletedAssets::new("a", "p").sort(DeletedAssetSort::DeletedAtDesc).page_size(9);
    assert_eq!(
        url(&list),
        "/v4/accounts/a/projects/p/recently_deleted?sort=deleted_at_desc&page_size=9"
    );
}

#[test]
fn encodes_the_deprecated_request() {
    #[allow(deprecated, reason = "under test")]
    let create = frameio_api::files::CreateFile::new(
        "a",
        "p",
        "sea.mov",
        7,
        MediaType::new("video/quicktime"),
    );
    let data = json!({"name": "sea.mov", "file_size": 7, "media_type": "video/quicktime"});
    assert_eq!(body(&create), json!({"data": data}));
}

#[cfg(feature = "experimental")]
mod experimental {
    use frameio_api::experimental::files::ShowFiles;
    use frameio_api::experimental::version_stacks::{VersionMove, VersionPlace, VersionStackEnd};

    use super::*;

    #[test]
    fn version_moves_have_exactly_one_position() {
        let moves = [
            (VersionPlace::At(VersionStackEnd::Bottom), "move_to", "bottom"),
            (VersionPlace::At("middle".into()), "move_to", "middle"),
            (VersionPlace::Above("g".into()), "move_above_file_id", "g"),
            (VersionPlace::Below("g".into()), "move_below_file_id", "g"),
        ];
        for (place, name, value) in moves {
            let version = VersionMove::new("f", place);
            let json = serde_json::to_value(&version).unwrap();
            assert_eq!(json, json!({"target_file_id": "f", name: value}));
            assert_eq!(serde_json::from_value::<VersionMove>(json).unwrap(), version);
        }
        for (wrong, expected) in [
            (json!({"target_file_id": "f"}), "`move_to`"),
            (json!({"target_file_id": "f", "move_to": null}), "`move_to`"),
            (
                json!({"target_file_id": "f", "move_to": "top", "move_above_file_id": "g"}),
                "exactly one of",
            ),
            (json!({"target_file_id": "f", "move_to": "top", "move_too": 1}), "`move_too`"),
            (json!({"move_to": "top"}), "`target_file_id`"),
        ] {
            let error = serde_json::from_value::<VersionMove>(wrong).unwrap_err().to_string();
            assert!(error.contains(expected), "{error}");
        }
    }

    #[test]
    fn decodes_the_status_of_each_file() {
        let shown = decode::<<ShowFiles as Endpoint>::Response>(
            200,
            r#"{"data":[{"id":"f","status":404,"file":null,
            "error":{"title":"Not Found","detail":"no such file"}}]}"#,
        )
        .unwrap();
        assert_eq!((shown[0].status, &shown[0].file), (404, &None));
        assert_eq!(shown[0].error.as_ref().unwrap().title, "Not Found");
    }
}
