//! Collections: saved selections of the assets of a project. The API can read them, not change
//! them.
//!
//! ```no_run
//! # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
//! use frameio::collections::ListCollections;
//!
//! let page = client.send(ListCollections::new("account", "project")).await?;
//! for collection in page.data {
//!     println!("{}: {}", collection.id, collection.name.unwrap_or_default());
//! }
//! # Ok(())
//! # }
//! ```

use frameio_core::{
    AccountId, CollectionId, Cursor, Endpoint, FolderId, Operation, Page, ProjectId, model,
    open_enum, response_types,
};
use jiff::Timestamp;

use crate::projects::Project;
use crate::shares::Share;
use crate::users::User;

/// Operations of this module. [`Catalog`](crate::Catalog) lists those of all modules.
pub const OPERATIONS: &[&Operation] = &[ListCollections::OPERATION, ShowCollection::OPERATION];

/// Lists the collections of a project.
///
/// Returns pages of [`Collection`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/projects/{project_id}/collections",
    id = "collections.index", response = Page<Collection>, quota = "100/min",
)]
#[non_exhaustive]
pub struct ListCollections {
    /// Account that owns the project.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Project that contains the collections.
    #[endpoint(path)]
    pub project_id: ProjectId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<Vec<CollectionInclude>>,
    /// Cursor of the page to return. Default: the first page.
    #[endpoint(page)]
    pub after: Option<Cursor>,
    /// Number of items per page, 1 to 100. Default: 50.
    #[endpoint(page, range = 1..=100)]
    pub page_size: Option<u32>,
    /// Whether the response contains the number of items on all pages. Default: false.
    #[endpoint(page)]
    pub include_total_count: Option<bool>,
}

/// Shows a collection.
///
/// Returns the [`Collection`].
#[derive(Clone, Debug, PartialEq, Endpoint)]
#[cfg_attr(feature = "dynamic", derive(frameio::EndpointFromJson))]
#[endpoint(
    GET "/v4/accounts/{account_id}/collections/{collection_id}",
    id = "collections.show", response = Collection, quota = "100/min",
)]
#[non_exhaustive]
pub struct ShowCollection {
    /// Account that owns the collection.
    #[endpoint(path)]
    pub account_id: AccountId,
    /// Collection to show.
    #[endpoint(path)]
    pub collection_id: CollectionId,
    /// Related resources to include in the response.
    #[endpoint(query)]
    pub include: Option<Vec<CollectionInclude>>,
}

open_enum! {
    /// Related resources to include in responses about collections.
    pub enum CollectionInclude {
        /// User who created the collection.
        Creator = "creator",
        /// Project that contains the collection.
        Project = "project",
    }
}

open_enum! {
    /// How a collection selects its assets.
    pub enum CollectionAggregationMode {
        /// Assets are added one by one.
        Static = "static",
        /// Assets that match a rule belong to it.
        Dynamic = "dynamic",
    }
}

model! {
    /// A selection of the assets of a project.
    pub struct Collection {
        /// Id of the collection.
        pub id: CollectionId,
        /// Project that contains the collection.
        pub project_id: ProjectId,
        /// Root folder of the collection, if it has one.
        pub root_folder_id: Option<FolderId>,
        /// Name, if the collection has one.
        pub name: Option<String>,
        /// Description, if the collection has one.
        pub description: Option<String>,
        /// How the collection selects its assets.
        pub aggregation_mode: CollectionAggregationMode,
        /// Whether the collection is private.
        pub private: bool,
        /// Whether the service created the collection.
        pub auto_generated: bool,
        /// User who created the collection. Present only if [`CollectionInclude::Creator`] is
        /// requested.
        pub creator: Option<Box<User>>,
        /// Project that contains the collection. Present only if [`CollectionInclude::Project`] is
        /// requested.
        pub project: Option<Box<Project>>,
        /// Shares of the collection. Absent if the service does not return them; they cannot be
        /// requested.
        pub shares: Option<Vec<Share>>,
        /// Creation time.
        pub created_at: Timestamp,
        /// Time of the last change.
        pub updated_at: Timestamp,
    }
}
response_types! { Collection: one, page }
