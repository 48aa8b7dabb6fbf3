//! Pages, cursors, and what tells a paged endpoint where to go on.

use std::fmt;

use bytes::Bytes;
use http::response::Parts;
use percent_encoding::percent_decode_str;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::Extra;
use crate::decode::{decode_json, in_data};
use crate::encode::{Query, QueryValue};
use crate::endpoint::{Endpoint, FromResponse};
use crate::error::DecodeError;

/// An endpoint whose answer is one page of many.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not return pages",
    label = "not a request for pages",
    note = "a request for pages has a field `#[endpoint(page)] after: Option<Cursor>`"
)]
pub trait Paged: Endpoint + Clone {
    /// What the pages hold.
    type Item: Send + 'static;

    /// Asks for the page that starts at `cursor`; every other parameter stays.
    #[must_use]
    fn after(self, cursor: Cursor) -> Self;

    /// The page in an answer.
    fn page(response: &Self::Response) -> &Page<Self::Item>;

    /// The page out of an answer.
    fn into_page(response: Self::Response) -> Page<Self::Item>;
}

/// Where a page starts, as the service gave it: opaque, and to be sent back unchanged.
///
/// It can be stored, and a later run can go on from it. The service's cursors stand for a
/// position, so what is added or removed in between may be seen twice or not at all.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cursor(Box<str>);

impl Cursor {
    /// The text of the cursor.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl<T: Into<Box<str>>> From<T> for Cursor {
    fn from(text: T) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl fmt::Debug for Cursor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Cursor({:?})", self.0)
    }
}

impl Serialize for Cursor {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.0)
    }
}

impl<'de> Deserialize<'de> for Cursor {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Box::<str>::deserialize(deserializer).map(Self)
    }
}

/// One page of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// What is on the page, in the service's order.
    pub data: Vec<T>,
    /// Where the list goes on.
    pub links: Links,
    /// How many there are on all pages, where `include_total_count` asked for it.
    pub total_count: Option<u64>,
    /// Fields that this version does not know.
    pub extra: Extra,
}

crate::model! {
    /// Where a list goes on.
    pub struct Links {
        /// The route of the next page, or nothing on the last one. It carries the cursor and
        /// none of the other parameters.
        pub next: Option<String>,
    }
}

impl<T> Page<T> {
    /// Returns the cursor of the next page, or `None` on the last page, which has no link or an empty
    /// one.
    ///
    /// A loop over pages uses a [`CursorGuard`](crate::CursorGuard), which refuses a cursor that
    /// repeats.
    ///
    /// # Errors
    /// If the link to the next page has no `after`. The rest of the list cannot be requested then,
    /// and must not look like its end.
    pub fn next_cursor(&self) -> Result<Option<Cursor>, DecodeError> {
        let Some(link) = self.links.next.as_deref().filter(|link| !link.is_empty()) else {
            return Ok(None);
        };
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let cursor = cursor_in(query).map(Some);
        cursor.ok_or_else(|| DecodeError::new("links.next", "has no `after` with a cursor"))
    }

    /// The same page of what `change` makes of each item.
    ///
    /// # Errors
    /// The first error of `change`.
    pub fn try_map<U, E>(self, change: impl FnMut(T) -> Result<U, E>) -> Result<Page<U>, E> {
        let data = self.data.into_iter().map(change).collect::<Result<_, E>>()?;
        let Self { links, total_count, extra, .. } = self;
        Ok(Page { data, links, total_count, extra })
    }
}

/// Returns the cursor in a query.
pub(crate) fn cursor_in(query: &str) -> Option<Cursor> {
    let pair = query.split('&').find_map(|pair| pair.strip_prefix("after="));
    let cursor = pair.filter(|cursor| !cursor.is_empty())?;
    Some(percent_decode_str(cursor).decode_utf8_lossy().as_ref().into())
}

impl<T: PageItem> FromResponse for Page<T> {
    fn from_response(_: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        T::decode_page(&body)
    }
}

/// A list that comes whole, without pages.
impl<T: ListItem> FromResponse for Vec<T> {
    fn from_response(_: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        T::decode_list(&body)
    }
}

/// What a page can hold; [`response_types!`](crate::response_types) implements it for each model.
///
/// It is a trait of its own so that the decoding of a page is compiled beside the model.
pub trait PageItem: DeserializeOwned + Send + 'static {
    /// Decodes `{"data":[…],"links":{…}}`.
    ///
    /// # Errors
    /// When the body is not a page of these.
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError>;
}

/// What a list without pages can hold; [`response_types!`](crate::response_types) implements it for each model.
pub trait ListItem: DeserializeOwned + Send + 'static {
    /// Decodes `{"data":[…]}`.
    ///
    /// # Errors
    /// When the body is not a list of these.
    fn decode_list(body: &[u8]) -> Result<Vec<Self>, DecodeError>;
}

mod wire {
    //! [`Page`] as JSON. The struct of the `model!` macro is not generic, so this is by hand.

    use std::fmt;
    use std::marker::PhantomData;

    use serde::de::{Error as _, MapAccess, Visitor};
    use serde::ser::SerializeMap;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    use super::{Links, Page};
    use crate::Extra;
    use crate::decode::untyped;

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for Page<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            deserializer.deserialize_map(PageVisitor { needs_links: true, item: PhantomData })
        }
    }

    /// A page that has no `links` where it is the only one.
    pub(super) struct SinglePage<T>(pub(super) Page<T>);

    impl<'de, T: Deserialize<'de>> Deserialize<'de> for SinglePage<T> {
        fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
            let visitor = PageVisitor { needs_links: false, item: PhantomData };
            deserializer.deserialize_map(visitor).map(Self)
        }
    }

    struct PageVisitor<T> {
        needs_links: bool,
        item: PhantomData<T>,
    }

    impl<'de, T: Deserialize<'de>> Visitor<'de> for PageVisitor<T> {
        type Value = Page<T>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("a page: an object with `data` and `links`")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Page<T>, A::Error> {
            let (mut data, mut links, mut total_count) = (None, None, None);
            let mut extra = Extra::new();
            while let Some(key) = map.next_key::<std::borrow::Cow<'de, str>>()? {
                match key.as_ref() {
                    "data" => data = Some(map.next_value()?),
                    "links" => links = Some(map.next_value()?),
                    "total_count" => total_count = map.next_value()?,
                    _ => drop(extra.insert(key.into_owned(), untyped(&mut map)?)),
                }
            }
            let no_links = Links { next: None, extra: Extra::new() };
            let links = links.or((!self.needs_links).then_some(no_links));
            Ok(Page {
                data: data.ok_or_else(|| A::Error::missing_field("data"))?,
                links: links.ok_or_else(|| A::Error::missing_field("links"))?,
                total_count,
                extra,
            })
        }
    }

    impl<T: Serialize> Serialize for Page<T> {
        fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
            let mut map = serializer.serialize_map(None)?;
            map.serialize_entry("data", &self.data)?;
            map.serialize_entry("links", &self.links)?;
            if let Some(total) = self.total_count {
                map.serialize_entry("total_count", &total)?;
            }
            for (name, value) in &self.extra {
                map.serialize_entry(name, value)?;
            }
            map.end()
        }
    }
}

impl QueryValue for Cursor {
    fn write(&self, query: &mut Query<'_>) {
        query.text(self.as_str());
    }
}

/// Decodes a page of an operation that leaves out `links` where there is one page.
///
/// # Errors
/// When the body is not such a page.
pub fn decode_single_page<T: DeserializeOwned>(body: &[u8]) -> Result<Page<T>, DecodeError> {
    decode_json::<wire::SinglePage<T>>(body).map(|page| page.0)
}

/// Decodes a page in two steps: its items as `F`, then each with `make`. For unions, whose members
/// are known only after their fields have been read.
///
/// # Errors
/// When the body is not such a page, or `make` fails; its error gets the JSON path of the item.
pub fn decode_page_of<F, T>(
    body: &[u8],
    make: impl Fn(F) -> Result<T, DecodeError>,
) -> Result<Page<T>, DecodeError>
where
    F: DeserializeOwned,
{
    decode_json::<Page<F>>(body)?.try_map(in_data(make))
}
