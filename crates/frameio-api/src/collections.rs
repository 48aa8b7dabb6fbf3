//! Collections: selections of assets in a project. They can be read only.

use frameio_core::{
    AccountId, CollectionId, FolderId, Page, ProjectId, endpoints, model, open_enum, response_types,
};
use jiff::Timestamp;

use crate::projects::Project;
use crate::shares::Share;
use crate::users::User;

endpoints! {
    /// Lists the collections of a project.
    pub struct ListCollections {
        path {
            /// Account that holds the project.
            account_id: AccountId,
            /// Project to look in.
            project_id: ProjectId,
        }
        query {
            /// What the answer holds besides.
            include: Vec<CollectionInclude>,
        }
        page 1..=100;
    }
    "collections.index" = GET "/v4/accounts/{account_id}/projects/{project_id}/collections" -> Page<Collection>, 100 per minute;

    /// Shows a collection.
    pub struct ShowCollection {
        path {
            /// Account that holds it.
            account_id: AccountId,
            /// Collection to show.
            collection_id: CollectionId,
        }
        query {
            /// What the answer holds besides.
            include: Vec<CollectionInclude>,
        }
    }
    "collections.show" = GET "/v4/accounts/{account_id}/collections/{collection_id}" -> Collection, 100 per minute;
}

open_enum! {
    /// What an answer about collections holds besides.
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
