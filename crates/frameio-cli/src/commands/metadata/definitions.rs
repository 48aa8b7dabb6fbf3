//! Definitions of the metadata fields of an account, found by name.

use std::collections::HashSet;

use frameio::metadata_fields::{
    FieldDefinition, FieldDefinitionSort, FieldKind, FieldOption, ListFieldDefinitions,
    NumberFormat,
};
use frameio::{AccountId, Client, FieldDefinitionId};
use futures_util::TryStreamExt;

use crate::commands::by_name::{self, Label, NoMatch};
use crate::exit::Failure;

/// The metadata fields of an account.
pub(super) struct Definitions {
    all: Vec<FieldDefinition>,
}

impl Definitions {
    pub(super) async fn load(client: &Client, account: &AccountId) -> Result<Self, Failure> {
        let list = ListFieldDefinitions::new(account);
        let list = list.sort(FieldDefinitionSort::NameAsc).page_size(100);
        Ok(Self { all: client.items(list).try_collect().await? })
    }

    pub(super) fn all(&self) -> &[FieldDefinition] {
        &self.all
    }

    /// Returns the fields whose numbers are sizes in bytes.
    pub(super) fn sizes(&self) -> HashSet<FieldDefinitionId> {
        let is_size = |kind: &FieldKind| match kind {
            FieldKind::Number(number) => number.number_format == Some(NumberFormat::Storage),
            _ => false,
        };
        let sizes = self.all.iter().filter(|definition| is_size(&definition.kind));
        sizes.map(|definition| definition.id.clone()).collect()
    }

    /// Finds a field by its name, without case, or by its ID.
    pub(super) fn find(&self, name: &str) -> Result<&FieldDefinition, NoMatch> {
        by_name::only(self.all.iter(), name, "field", |definition| {
            Label::new(&definition.name, definition.id.as_str())
        })
    }
}

/// Returns the options of a select field.
pub(super) fn options(kind: &FieldKind) -> &[FieldOption] {
    match kind {
        FieldKind::Select(configuration) | FieldKind::SelectMulti(configuration) => {
            &configuration.options
        }
        _ => &[],
    }
}
