//! Collections: selections of assets in a project. They can be read only.

use frameio_core::{
    AccountId, CollectionId, Cursor, Endpoint, FolderId, Operation, Page, ProjectId, model,
    open_enum, response_types,
};
use jiff::Timestamp;

use crate::projects::Project;
use crate::shares::Share;
use crate::users::User;

/// Operations of this module.
pub const OPERATIONS: &[&Operation] = &[ListCollections::OPERATION, ShowCollection::OPERATION];

/// Lists the collections of a project.
///
/// Returns pages of [`Collection`].
///
/// ```no_run
/// # async fn example(client: &frameio::Client) -> Result<(), frameio::Error> {
/// use frameio::collections::ListCollections;
///
/// let page = client.send(ListCollections::new("account", "project")).await?;
/// println!("{} collections", page.data.len());
/// # Ok(())
/// # }
/// ```
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
    /// Whether the response counts the items of all pages. Default: false.
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
        /// Who created it.
        Creator = "creator",
        /// The project that it is in.
        Project = "project",
    }
}

open_enum! {
    /// How assets come into a collection.
    pub enum CollectionAggregationMode {
        /// One by one.
        Static = "static",
        /// By a rule that they match.
        Dynamic = "dynamic",
    }
}

model! {
    /// A collection.
    pub struct Collection {
        /// The collection's id.
        pub id: CollectionId,
        /// The project that it is in.
        pub project_id: ProjectId,
        /// The folder at its root.
        pub root_folder_id: Option<FolderId>,
        /// What it is called.
        pub name: Option<String>,
        /// What it is about.
        pub description: Option<String>,
        /// How assets come into it.
        pub aggregation_mode: CollectionAggregationMode,
        /// Whether it is private.
        pub private: bool,
        /// Whether the service made it.
        pub auto_generated: bool,
        /// Who created it, if included.
        pub creator: Option<Box<User>>,
        /// The project that it is in, if included.
        pub project: Option<Box<Project>>,
        /// The shares of it, if the answer has them.
        pub shares: Option<Vec<Share>>,
        /// When it was created.
        pub created_at: Timestamp,
        /// When it was last changed.
        pub updated_at: Timestamp,
    }
}
response_types! { Collection: one, page }
