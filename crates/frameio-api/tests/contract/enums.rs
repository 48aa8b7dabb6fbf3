//! The values of every enum of the contract, and of ours.

use std::collections::{BTreeMap, BTreeSet};

use frameio_api::accounts::{AccountRole, AccountSort};
use frameio_api::assets::AssetKind;
use frameio_api::comments::{CommentInclude, CommentSort, TextReviewType};
use frameio_api::files::{FileInclude, FileSort, FileStatus};
use frameio_api::folders::{FolderInclude, FolderSort};
use frameio_api::metadata::{MemberOptionsType, MetadataFieldType, UserValueType};
use frameio_api::operations;
use frameio_api::projects::{ProjectInclude, ProjectSort, ProjectStatus};
use frameio_api::workspaces::{WorkspaceInclude, WorkspaceSort};
use proptest::prelude::*;

use crate::schema::{Schema, operation};

/// Each enum of the contract, and what we know of it.
const ENUMS: &[(&str, &[&str])] = &[
    ("AccountRolesItem", AccountRole::KNOWN),
    ("AccountsIndexRequestSort", AccountSort::KNOWN),
    ("AssetCommonType", AssetKind::KNOWN),
    ("AssetCommonWithIncludesType", AssetKind::KNOWN),
    ("AssetWithIncludes by type", AssetKind::KNOWN),
    ("CommentsIndexRequestInclude", CommentInclude::KNOWN),
    ("CommentsIndexRequestSort", CommentSort::KNOWN),
    ("CommentsShowRequestInclude", CommentInclude::KNOWN),
    ("FileStatus", FileStatus::KNOWN),
    ("FileWithIncludesStatus", FileStatus::KNOWN),
    ("FilesListRequestInclude", FileInclude::KNOWN),
    ("FilesListRequestSort", FileSort::KNOWN),
    ("FilesShowRequestInclude", FileInclude::KNOWN),
    ("FoldersIndexRequestInclude", FileInclude::KNOWN),
    ("FoldersIndexRequestSort", FolderSort::KNOWN),
    ("FoldersListRequestInclude", FolderInclude::KNOWN),
    ("FoldersListRequestSort", FolderSort::KNOWN),
    ("FoldersShowRequestInclude", FolderInclude::KNOWN),
    ("MetadataField by field_type", MetadataFieldType::KNOWN),
    ("MultiUserValueMemberOptionsType", MemberOptionsType::KNOWN),
    ("ProjectStatus", ProjectStatus::KNOWN),
    ("ProjectUpdateParamsDataStatus", ProjectStatus::KNOWN),
    ("ProjectsIndexRequestSort", ProjectSort::KNOWN),
    ("SingleUserValueMemberOptionsType", MemberOptionsType::KNOWN),
    ("TextReviewAnnotationTextReviewAnnotationType", TextReviewType::KNOWN),
    ("TextReviewAnnotationUpdateTextReviewAnnotationType", TextReviewType::KNOWN),
    ("UserValueType", UserValueType::KNOWN),
    ("WorkspacesIndexRequestSort", WorkspaceSort::KNOWN),
    ("projects.index include", ProjectInclude::KNOWN),
    ("projects.show include", ProjectInclude::KNOWN),
    ("workspaces.index include", WorkspaceInclude::KNOWN),
    ("workspaces.show include", WorkspaceInclude::KNOWN),
];

type Enums = BTreeMap<String, BTreeSet<&'static str>>;

/// Every enum in `schema`, by its name, or by `place` where it has none.
fn collect(schema: Schema, place: &str, enums: &mut Enums) {
    let name = schema.name.unwrap_or(place);
    match schema.values() {
        Some(values) if schema.value["const"].is_null() => {
            enums.insert(name.to_owned(), values.into_iter().collect());
        }
        _ => {}
    }
    let members = schema.members().unwrap_or_default();
    if let Some(tag) = schema.discriminator() {
        let tags = members.iter().flat_map(|it| it.properties().filter(|(name, _)| *name == tag));
        let tags = tags.filter_map(|(_, constant)| constant.values()).map(|values| values[0]);
        enums.insert(format!("{name} by {tag}"), tags.collect());
    }
    for member in members {
        collect(member, name, enums);
    }
    for (property, field) in schema.properties() {
        collect(field, &format!("{name}.{property}"), enums);
    }
    if let Some(items) = schema.items() {
        collect(items, name, enums);
    }
}

#[test]
fn every_enum_has_the_values_of_the_contract_and_no_other() {
    let mut theirs = Enums::new();
    for id in operations().map(|operation| operation.id) {
        let contract = operation(id).unwrap();
        for (name, schema) in contract.parameters("query") {
            collect(schema, &format!("{id} {name}"), &mut theirs);
        }
        for schema in contract.body().into_iter().chain(contract.answer()) {
            collect(schema, id, &mut theirs);
        }
    }
    let ours: Enums = ENUMS
        .iter()
        .map(|(name, known)| ((*name).to_owned(), known.iter().copied().collect()))
        .collect();
    assert_eq!(ours, theirs);
}

proptest! {
    #[test]
    fn a_value_of_any_enum_is_written_back_as_it_came(value in "\\PC{0,30}") {
        macro_rules! check {
            ($($name:ident)*) => {$(
                let json = serde_json::Value::from(value.clone());
                let read: $name = serde_json::from_value(json.clone()).unwrap();
                prop_assert_eq!(read.as_str(), &value);
                prop_assert_eq!(serde_json::to_value(&read).unwrap(), json);
            )*};
        }
        check! {
            AccountRole AccountSort AssetKind CommentInclude CommentSort FileInclude FileSort
            FileStatus FolderInclude FolderSort MemberOptionsType MetadataFieldType ProjectInclude
            ProjectSort ProjectStatus TextReviewType UserValueType WorkspaceInclude WorkspaceSort
        }
    }
}
