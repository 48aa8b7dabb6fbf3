//! Results of a search.

use frameio_core::decode::{check_exact_fields, read_object};
use frameio_core::page::PageItem;
use frameio_core::page::decode_page_of;
use frameio_core::{DecodeError, Extra, Page, open_enum};
use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::json;

use super::SearchMatch;
use super::untyped::{kind, missing, take};
use crate::assets::Asset;
use crate::projects::Project;

open_enum! {
    /// Type of an asset that a search found.
    pub enum AssetResultType {
        /// A file.
        File = "file_result",
        /// A folder.
        Folder = "folder_result",
        /// A version stack.
        VersionStack = "version_stack_result",
    }
}

const PROJECT: &str = "project_result";

/// A resource that a search found, with the reasons.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub enum SearchResult {
    /// A file, folder or version stack.
    #[non_exhaustive]
    Asset {
        /// Type of the asset.
        kind: AssetResultType,
        /// Asset that was found.
        asset: Asset,
        /// Reasons for the result.
        matches: Vec<SearchMatch>,
        /// Fields that this version does not know.
        extra: Extra,
    },
    /// A project.
    #[non_exhaustive]
    Project {
        /// Project that was found.
        project: Box<Project>,
        /// Reasons for the result.
        matches: Vec<SearchMatch>,
        /// Fields that this version does not know.
        extra: Extra,
    },
    /// Result of a type that this version does not know, with its fields unchanged.
    Other(Extra),
}

impl SearchResult {
    /// Returns the file, folder or version stack, or `None` for another type.
    pub fn as_asset(&self) -> Option<&Asset> {
        match self {
            Self::Asset { asset, .. } => Some(asset),
            _ => None,
        }
    }

    /// Returns the project, or `None` for another type.
    pub fn as_project(&self) -> Option<&Project> {
        match self {
            Self::Project { project, .. } => Some(project),
            _ => None,
        }
    }

    /// Returns the reasons for the result. They are empty for an unknown type.
    pub fn matches(&self) -> &[SearchMatch] {
        match self {
            Self::Asset { matches, .. } | Self::Project { matches, .. } => matches,
            Self::Other(_) => &[],
        }
    }

    /// Returns the type as the service names it, such as `file_result` or `project_result`.
    pub fn kind(&self) -> &str {
        match self {
            Self::Asset { kind, .. } => kind.as_str(),
            Self::Project { .. } => PROJECT,
            Self::Other(fields) => kind(fields).unwrap_or_default(),
        }
    }

    fn from_fields(mut fields: Extra) -> Result<Self, DecodeError> {
        check_exact_fields(&fields)?;
        let kind = AssetResultType::from(kind(&fields)?);
        match kind {
            AssetResultType::Other(kind) if &*kind == PROJECT => {
                fields.remove("type");
                Ok(Self::Project {
                    project: take(&mut fields, "result")?,
                    matches: matches(&mut fields)?,
                    extra: fields,
                })
            }
            AssetResultType::Other(_) => Ok(Self::Other(fields)),
            kind => {
                fields.remove("type");
                Ok(Self::Asset {
                    kind,
                    asset: asset(&mut fields)?,
                    matches: matches(&mut fields)?,
                    extra: fields,
                })
            }
        }
    }
}

fn matches(fields: &mut Extra) -> Result<Vec<SearchMatch>, DecodeError> {
    let matches: Vec<Extra> = take(fields, "matches")?;
    let read = |(i, fields)| {
        SearchMatch::from_fields(fields).map_err(|error| error.within(&format!("matches[{i}]")))
    };
    matches.into_iter().enumerate().map(read).collect()
}

/// Decodes an asset. Unknown types are decoded as part of a page, which accepts any fields.
fn asset(fields: &mut Extra) -> Result<Asset, DecodeError> {
    let value = fields.remove("result").ok_or_else(|| missing("result"))?;
    if let Ok(asset) = Asset::deserialize(&value)
        && !matches!(asset, Asset::Other(_))
    {
        return Ok(asset);
    }
    let page = json!({"data": [value], "links": {}}).to_string();
    let page = Asset::decode_page(page.as_bytes()).map_err(|mut error| {
        let path = error.path.trim_start_matches("data[0]").trim_start_matches('.');
        error.path = if path.is_empty() { ".".to_owned() } else { path.to_owned() };
        error.within("result")
    })?;
    page.data.into_iter().next().ok_or_else(|| DecodeError::new("result", "is not an asset"))
}

impl<'de> Deserialize<'de> for SearchResult {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read_object(deserializer, Self::from_fields)
    }
}

impl Serialize for SearchResult {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        fn write<S: Serializer>(
            serializer: S,
            kind: &str,
            result: &impl Serialize,
            matches: &[SearchMatch],
            extra: &Extra,
        ) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("type", kind)?;
            map.serialize_entry("result", result)?;
            map.serialize_entry("matches", matches)?;
            for (name, value) in extra {
                map.serialize_entry(name, value)?;
            }
            map.end()
        }
        match self {
            Self::Asset { kind, asset, matches, extra } => {
                write(serializer, kind.as_str(), asset, matches, extra)
            }
            Self::Project { project, matches, extra } => {
                write(serializer, PROJECT, project, matches, extra)
            }
            Self::Other(fields) => fields.serialize(serializer),
        }
    }
}

impl PageItem for SearchResult {
    /// Looks up the type of each result and match before it decodes the fields, so that unknown types
    /// keep theirs. Searches are too rare for one pass to pay off.
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError> {
        decode_page_of(body, Self::from_fields)
    }
}
