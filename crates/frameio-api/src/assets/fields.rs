//! JSON form of [`Asset`], decoded in one pass for every type and position of the field `type`.

use frameio_core::decode::{decode_data, decode_json, decode_list_of, read_object};
use frameio_core::page::decode_page_of;
use frameio_core::page::{ListItem, PageItem};
use frameio_core::{AssetId, DecodeError, Extra, FileId, Page, ProjectId, model};
use jiff::Timestamp;
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};
use serde_json::Value;

use super::untyped::{Union, member};
use super::{Asset, AssetKind};
use crate::files::{File, FileStatus, UploadUrl};
use crate::folders::Folder;
use crate::media_links::MediaLinks;
use crate::metadata::MetadataField;
use crate::projects::Project;
use crate::users::User;
use crate::version_stacks::VersionStack;

model! {
    /// Fields of all types of assets, each optional.
    ///
    /// `type` can follow the other fields. Tagged enums of serde buffer all fields as untyped
    /// values until they find it. Decoding typed fields and choosing the type afterwards costs no
    /// more than a struct. Names are compared in the order of declaration, so the rarest fields
    /// come last.
    pub struct Fields {
        pub id: Option<AssetId>,
        pub name: Option<String>,
        pub kind = "type": AssetKind,
        pub project_id: Option<ProjectId>,
        pub parent_id: Option<AssetId>,
        pub created_at: Option<Timestamp>,
        pub updated_at: Option<Timestamp>,
        pub view_url: Option<String>,
        pub creator: Option<Box<User>>,
        pub project: Option<Box<Project>>,
        pub status: Option<FileStatus>,
        pub file_size: Option<u64>,
        pub media_type: Option<String>,
        pub media_links: Option<Box<MediaLinks>>,
        pub cover_file_id: Option<FileId>,
        pub restricted: Option<bool>,
        pub head_version: Option<Box<File>>,
        pub metadata: Option<Vec<MetadataField>>,
        pub adobe_id: Option<String>,
        pub adobe_version_id: Option<String>,
        pub upload_urls: Option<Vec<UploadUrl>>,
        pub parent: Option<Box<Asset>>,
    }
}

impl<'de> Deserialize<'de> for Asset {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_object(deserializer, |fields: Fields| match fields.kind {
            AssetKind::File => fields.file().map(|file| Self::File(Box::new(file))),
            AssetKind::Folder => fields.folder().map(|folder| Self::Folder(Box::new(folder))),
            AssetKind::VersionStack => {
                fields.version_stack().map(|stack| Self::VersionStack(Box::new(stack)))
            }
            _ => match serde_json::to_value(fields) {
                Ok(Value::Object(fields)) => Ok(Self::Other(fields)),
                _ => Err("an asset is an object"),
            },
        })
    }
}

impl PageItem for Asset {
    /// Decodes a page in one pass. Decodes it again in two steps only if it contains an unknown type
    /// of asset, or a field whose type differs from the same field of other assets.
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError> {
        match decode_json::<Page<Self>>(body) {
            Ok(page) if page.data.iter().all(Self::is_known) => Ok(page),
            _ => decode_page_of(body, Self::from_untyped),
        }
    }
}

impl ListItem for Asset {
    /// Decodes a list in the same way as a page.
    fn decode_list(body: &[u8]) -> Result<Vec<Self>, DecodeError> {
        match decode_data::<Vec<Self>>(body) {
            Ok(list) if list.iter().all(Self::is_known) => Ok(list),
            _ => decode_list_of(body, Self::from_untyped),
        }
    }
}

impl Asset {
    fn is_known(&self) -> bool {
        !matches!(self, Self::Other(_))
    }
}

impl Union for Asset {
    fn of_kind(kind: &AssetKind, fields: Extra) -> Result<Self, DecodeError> {
        match kind {
            AssetKind::File => member(fields).map(Self::File),
            AssetKind::Folder => member(fields).map(Self::Folder),
            AssetKind::VersionStack => member(fields).map(Self::VersionStack),
            AssetKind::Other(_) => Ok(Self::Other(fields)),
        }
    }
}

impl Serialize for Asset {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::File(file) => file.serialize(serializer),
            Self::Folder(folder) => folder.serialize(serializer),
            Self::VersionStack(stack) => stack.serialize(serializer),
            Self::Other(fields) => fields.serialize(serializer),
        }
    }
}

/// Message that names a required field that is missing.
type Missing = &'static str;

macro_rules! required {
    ($fields:ident . $name:ident) => {
        $fields.$name.take().ok_or(concat!("missing field `", stringify!($name), "`"))?
    };
}

impl Fields {
    fn file(mut self) -> Result<File, Missing> {
        let file = File {
            id: required!(self.id).into(),
            adobe_id: self.adobe_id.take(),
            adobe_version_id: self.adobe_version_id.take(),
            project_id: required!(self.project_id),
            parent_id: self.parent_id.take(),
            parent: self.parent.take(),
            name: required!(self.name),
            status: required!(self.status),
            file_size: required!(self.file_size),
            media_type: self.media_type.take(),
            view_url: required!(self.view_url),
            upload_urls: self.upload_urls.take(),
            media_links: self.media_links.take(),
            creator: self.creator.take(),
            project: self.project.take(),
            metadata: self.metadata.take(),
            created_at: required!(self.created_at),
            updated_at: required!(self.updated_at),
            kind: self.kind.clone(),
            extra: self.rest(),
        };
        Ok(file)
    }

    fn folder(mut self) -> Result<Folder, Missing> {
        let folder = Folder {
            id: required!(self.id).into(),
            adobe_id: self.adobe_id.take(),
            project_id: required!(self.project_id),
            parent_id: self.parent_id.take().map(Into::into),
            name: required!(self.name),
            cover_file_id: self.cover_file_id.take(),
            restricted: self.restricted.take(),
            view_url: required!(self.view_url),
            creator: self.creator.take(),
            project: self.project.take(),
            metadata: self.metadata.take(),
            created_at: required!(self.created_at),
            updated_at: required!(self.updated_at),
            kind: self.kind.clone(),
            extra: self.rest(),
        };
        Ok(folder)
    }

    fn version_stack(mut self) -> Result<VersionStack, Missing> {
        let stack = VersionStack {
            id: required!(self.id).into(),
            adobe_id: self.adobe_id.take(),
            project_id: required!(self.project_id),
            parent_id: self.parent_id.take().map(Into::into),
            name: required!(self.name),
            head_version: self.head_version.take(),
            view_url: required!(self.view_url),
            creator: self.creator.take(),
            project: self.project.take(),
            metadata: self.metadata.take(),
            created_at: required!(self.created_at),
            updated_at: required!(self.updated_at),
            kind: self.kind.clone(),
            extra: self.rest(),
        };
        Ok(stack)
    }

    /// Returns the fields that the type of asset does not have: unknown ones, and those of other
    /// types.
    fn rest(mut self) -> Extra {
        let mut extra = std::mem::take(&mut self.extra);
        let foreign = self.parent.is_some()
            || self.adobe_version_id.is_some()
            || self.status.is_some()
            || self.file_size.is_some()
            || self.media_type.is_some()
            || self.upload_urls.is_some()
            || self.media_links.is_some()
            || self.cover_file_id.is_some()
            || self.restricted.is_some()
            || self.head_version.is_some();
        if foreign && let Ok(Value::Object(mut fields)) = serde_json::to_value(self) {
            fields.remove("type");
            extra.append(&mut fields);
        }
        extra
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_map;
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn page(assets: &[Value]) -> Result<Page<Asset>, DecodeError> {
        Asset::decode_page(json!({"data": assets, "links": {}}).to_string().as_bytes())
    }

    fn file() -> Value {
        json!({
            "id": "f", "name": "sea.mov", "project_id": "p", "view_url": "https://x",
            "file_size": 7, "status": "uploaded", "type": "file",
            "created_at": "2026-03-22T10:11:12Z", "updated_at": "2026-03-22T10:11:12Z",
        })
    }

    fn with(mut asset: Value, name: &str, value: Value) -> Value {
        asset[name] = value;
        asset
    }

    #[test]
    fn accepts_the_type_at_any_position() {
        let rest = file().to_string().replace(r#","type":"file""#, "");
        let fields = rest.trim_matches(['{', '}']);
        let first = format!(r#"{{"type":"file",{fields}}}"#);
        let last = format!(r#"{{{fields},"type":"file"}}"#);
        assert_ne!(first, last);
        let read = |json: &str| serde_json::from_str::<Asset>(json).unwrap();
        assert!(matches!(read(&first), Asset::File(_)));
        assert_eq!(read(&first), read(&last));
    }

    #[test]
    fn unknown_types_round_trip() {
        let odd = json!({
            "type": "moodboard", "id": 7, "name": null, "status": {"of": [1]}, "project": "Sea",
            "created_at": "2026-03-22T10:11:12.000000Z", "pictures": [null],
        });
        let page = page(&[file(), odd.clone()]).unwrap();
        assert_eq!((page.data[0].kind(), page.data[1].kind()), ("file", "moodboard"));
        assert_eq!(serde_json::to_value(&page.data[1]).unwrap(), odd);
        assert_eq!(serde_json::to_value(&page.data[0]).unwrap(), file());
    }

    #[test]
    fn keeps_fields_of_other_types_with_any_value() {
        for restricted in [json!(true), json!("by whom?"), json!({"to": []})] {
            let file = with(file(), "restricted", restricted.clone());
            let page = page(std::slice::from_ref(&file)).unwrap();
            assert_eq!(page.data[0].as_file().unwrap().extra["restricted"], restricted);
            assert_eq!(serde_json::to_value(&page.data[0]).unwrap(), file);
        }
    }

    #[test]
    fn decodes_lists_like_pages() {
        let odd = json!({"type": "moodboard", "name": 7});
        let foreign = with(file(), "restricted", json!("by whom?"));
        let json = json!({"data": [file(), odd, foreign]});
        let list = Asset::decode_list(json.to_string().as_bytes()).unwrap();
        assert_eq!(serde_json::to_value(&list).unwrap(), json["data"]);
        let wrong = json!({"data": [odd, with(file(), "file_size", json!("7"))]}).to_string();
        let error = Asset::decode_list(wrong.as_bytes()).unwrap_err();
        assert_eq!(error.path, "data[1].file_size", "{error}");
    }

    #[test]
    fn decodes_a_parent_as_an_asset() {
        let stack = json!({
            "id": "s", "name": "sea.mov", "project_id": "p", "view_url": "https://x",
            "type": "version_stack", "created_at": "2026-03-22T10:11:12Z",
            "updated_at": "2026-03-22T10:11:12Z",
        });
        let page = page(&[with(file(), "parent", stack)]).unwrap();
        let parent = page.data[0].as_file().unwrap().parent.as_deref().unwrap();
        assert_eq!(parent.as_version_stack().unwrap().id.as_str(), "s");
    }

    #[test]
    fn errors_are_reported_next_to_unknown_fields() {
        let odd = json!({"type": "moodboard", "restricted": "by whom?"});
        let wrong = with(file(), "creator", json!({"name": "Kim"}));
        let error = page(&[wrong.clone(), odd]).unwrap_err();
        assert_eq!(error.path, "data[0].creator", "{error}");
        assert!(error.message.contains("`email`"), "{error}");
        let error = page(&[file(), json!({"id": "x"})]).unwrap_err();
        assert_eq!((&*error.path, error.message.contains("`type`")), ("data[1]", true), "{error}");
    }

    fn any_field() -> impl Strategy<Value = Value> {
        prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            "[a-z]{0,5}".prop_map(Value::from),
            Just(json!("2026-03-22T10:11:12Z")),
            Just(json!({"email": "kim@example.com"})),
            Just(json!([])),
        ]
    }

    proptest! {
        /// The single pass is an optimization: its result equals that of looking up the type first.
        #[test]
        fn one_pass_decodes_the_same_as_two(
            kind in "file|folder|version_stack",
            changes in btree_map(
                "id|name|status|file_size|media_type|restricted|cover_file_id|head_version|creator\
                 |metadata|upload_urls|media_links|parent_id|parent|from_the_future",
                any_field(),
                0..4,
            ),
        ) {
            let Value::Object(mut asset) = with(file(), "type", kind.into()) else { unreachable!() };
            asset.extend(changes);
            let one = serde_json::from_value::<Asset>(asset.clone().into());
            let two = Asset::from_untyped(asset.clone());
            match (one, &two) {
                // A null field of another type is treated as absent.
                (Ok(one), Ok(two)) => {
                    let nulls = asset.iter().filter(|(_, value)| value.is_null());
                    let mut both = [one, two.clone()].map(|it| serde_json::to_value(it).unwrap());
                    for (name, _) in nulls {
                        for asset in both.iter_mut().filter_map(Value::as_object_mut) {
                            asset.remove(name);
                        }
                    }
                    prop_assert_eq!(&both[0], &both[1]);
                }
                (Ok(_), Err(error)) => prop_assert!(false, "{error}"),
                (Err(_), _) => {}
            }
            prop_assert_eq!(page(&[asset.into()]).is_ok(), two.is_ok());
        }
    }
}
