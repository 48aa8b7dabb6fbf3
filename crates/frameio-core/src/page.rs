//! Pages, cursors, and the trait of endpoints that return pages.

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

/// Endpoint whose response is a page of a list.
///
/// Derived for requests with `#[endpoint(page)]` fields. `Client::pages` and `Client::items` read all
/// pages of such an endpoint.
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not return pages",
    label = "not a request for pages",
    note = "a request for pages has a field `#[endpoint(page)] after: Option<Cursor>`"
)]
pub trait Paged: Endpoint + Clone {
    /// Type of the items.
    type Item: Send + 'static;

    /// Sets the page to return to the one at `cursor`, and keeps all other parameters.
    #[must_use]
    fn after(self, cursor: Cursor) -> Self;

    /// Returns the page in a response.
    fn page(response: &Self::Response) -> &Page<Self::Item>;

    /// Converts a response into its page.
    fn into_page(response: Self::Response) -> Page<Self::Item>;
}

/// Opaque position of a page in a list, sent back to the service unchanged.
///
/// A cursor can be stored to continue a list in a later run. If items are added or removed in the
/// meantime, others may be returned twice or not at all, because the service's cursors are positions.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Cursor(Box<str>);

impl Cursor {
    /// Returns the text of the cursor, as the service returned it.
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

/// Page of a list.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// Items of the page, in the order of the service.
    pub data: Vec<T>,
    /// Link to the next page.
    pub links: Links,
    /// Number of items on all pages, if the request set `include_total_count`.
    pub total_count: Option<u64>,
    /// Unknown fields of the response.
    pub extra: Extra,
}

crate::model! {
    /// Links of a page.
    pub struct Links {
        /// Path and query of the next page; `None` or empty on the last page. The query has the cursor
        /// but none of the other parameters.
        pub next: Option<String>,
    }
}

impl<T> Page<T> {
    /// Returns the cursor of the next page, or `None` on the last page.
    ///
    /// In a loop over pages, use a [`CursorGuard`](crate::CursorGuard), which detects cursors that
    /// repeat.
    ///
    /// # Errors
    /// Fails if the link to the next page has no cursor: the rest of the list cannot be requested, and
    /// the page must not be mistaken for the last one. Nothing else of the link is used, so a link to
    /// another origin or route is not followed; its cursor is.
    pub fn next_cursor(&self) -> Result<Option<Cursor>, DecodeError> {
        let Some(link) = self.links.next.as_deref().filter(|link| !link.is_empty()) else {
            return Ok(None);
        };
        let query = link.split_once('?').map_or("", |(_, query)| query);
        let cursor = cursor_in(query).map(Some);
        cursor.ok_or_else(|| DecodeError::new("links.next", "has no valid cursor in `after`"))
    }

    /// Converts each item with `change`, and keeps the other fields of the page.
    ///
    /// # Errors
    /// Returns the first error of `change`.
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
    // A replaced character would make it the cursor of another page.
    Some(percent_decode_str(cursor).decode_utf8().ok()?.as_ref().into())
}

impl<T: PageItem> FromResponse for Page<T> {
    fn from_response(_: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        T::decode_page(&body)
    }
}

/// List without pages.
impl<T: ListItem> FromResponse for Vec<T> {
    fn from_response(_: &Parts, body: Bytes) -> Result<Self, DecodeError> {
        T::decode_list(&body)
    }
}

/// Type of the items of a [`Page`], implemented by [`response_types!`](crate::response_types).
///
/// Decoding of a page is compiled once, next to the model that implements this trait.
pub trait PageItem: DeserializeOwned + Send + 'static {
    /// Decodes `{"data":[…],"links":{…}}`.
    ///
    /// # Errors
    /// Fails if the body is not a page of such items.
    fn decode_page(body: &[u8]) -> Result<Page<Self>, DecodeError>;
}

/// Type of the items of a list without pages, implemented by
/// [`response_types!`](crate::response_types).
pub trait ListItem: DeserializeOwned + Send + 'static {
    /// Decodes `{"data":[…]}`.
    ///
    /// # Errors
    /// Fails if the body is not a list of such items.
    fn decode_list(body: &[u8]) -> Result<Vec<Self>, DecodeError>;
}

mod wire {
    //! [`Page`] as JSON, without the `model!` macro, which does not support generic types.

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

    /// Page whose `links` may be missing.
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

/// Decodes a page of an operation that omits `links` if there is only one page.
///
/// # Errors
/// Fails if the body is not such a page.
pub fn decode_single_page<T: DeserializeOwned>(body: &[u8]) -> Result<Page<T>, DecodeError> {
    decode_json::<wire::SinglePage<T>>(body).map(|page| page.0)
}

/// Decodes a page in two steps: its items as `F`, then each with `make`.
///
/// Used for unions whose variant depends on their fields.
///
/// # Errors
/// Fails if the body is not such a page, or if `make` fails. The error of `make` gets the path of the
/// item.
pub fn decode_page_of<F, T>(
    body: &[u8],
    make: impl Fn(F) -> Result<T, DecodeError>,
) -> Result<Page<T>, DecodeError>
where
    F: DeserializeOwned,
{
    decode_json::<Page<F>>(body)?.try_map(in_data(make))
}
