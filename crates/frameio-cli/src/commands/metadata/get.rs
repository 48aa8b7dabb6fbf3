//! `frameio metadata get`.

use std::collections::HashSet;

use frameio::metadata::{MetadataField, MetadataValue, ShowMetadata};
use frameio::transfer::Transfers;
use frameio::{Client, FieldDefinitionId};

use super::definitions::Definitions;
use super::display::{FileValues, MetadataRow};
use super::people::People;
use super::target::{TargetArgs, TargetFile, TargetFiles};
use crate::args::{FormatArgs, GlobalArgs};
use crate::commands::by_name;
use crate::completion;
use crate::exit::{Failure, Status};
use crate::resolver::Purpose;

pub(super) const HELP: &str = "\
Examples:
  frameio metadata get '/Film/The Crossing/Cuts/The Crossing - cut 3.mp4'
  frameio metadata get -r '/Film/The Crossing/Dailies' --field Scene --field 'Shot Type'
  frameio metadata get -r '/Film/The Crossing' --field Status --json

JSON has an object for each file. The other formats, and JSON with --columns, have a row for each value,
with the columns field, value, path and file_id.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// File or version stack: path as /Workspace/Project/Folder/file.mov, or ID; - reads places from
    /// standard input, one per line
    #[arg(value_name = "PLACE", required = true, add = completion::place())]
    places: Vec<String>,
    /// Show only this field: name or ID; may be repeated
    #[arg(long = "field", value_name = "FIELD")]
    fields: Vec<String>,
    /// Show fields without a value too
    #[arg(long, short)]
    all: bool,
    #[command(flatten)]
    format: FormatArgs<MetadataRow>,
    #[command(flatten)]
    target: TargetArgs,
}

/// Names of users are looked up when the first value names one, and the meaning of numbers when the first
/// is printed for people.
struct Values<'a> {
    client: &'a Client,
    people: Option<People>,
    /// Fields whose numbers are sizes in bytes.
    sizes: Option<HashSet<FieldDefinitionId>>,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut list = args.format.list()?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let found =
        TargetFiles::find(global, &transfers, &args.target, &args.places, Purpose::Read).await?;
    let mut values = Values { client: &client, people: None, sizes: None };
    let mut unmatched: Vec<&str> = args.fields.iter().map(String::as_str).collect();
    // JSON has all values of a file in an object, unless columns are chosen.
    let has_files = list.is_json() && !args.format.has_columns();
    for file in &found.files {
        let metadata = values.read(file, args).await?;
        let fields: Vec<_> = metadata.iter().filter(|field| is_wanted(field, args)).collect();
        unmatched.retain(|name| !metadata.iter().any(|field| is_named(field, name)));
        values.load_people(file, &fields).await?;
        if list.is_table() {
            values.load_sizes(file, &fields).await;
        }
        let (nobody, none) = (People::default(), HashSet::new());
        let people = values.people.as_ref().unwrap_or(&nobody);
        let sizes = values.sizes.as_ref().unwrap_or(&none);
        let (path, file_id) = (&*file.path, file.id.as_str());
        let file = FileValues { path, file_id, fields, people, sizes };
        match has_files {
            true => list.push(&file.row())?,
            false => file.rows().iter().try_for_each(|row| list.push(row))?,
        }
    }
    list.finish()?;
    if let Some(status) = found.failed {
        return Err(Failure::new(status, "some folders could not be listed completely"));
    }
    match unmatched.first() {
        Some(name) => {
            let hint = "`frameio metadata fields` lists the fields";
            let message = format!("no file has a field named '{name}': {hint}");
            Err(Failure::new(Status::NotFound, message))
        }
        None => Ok(()),
    }
}

fn is_wanted(field: &MetadataField, args: &Args) -> bool {
    let is_empty = matches!(field.value, None | Some(MetadataValue::Empty));
    match args.fields.is_empty() {
        true => args.all || !is_empty,
        false => args.fields.iter().any(|name| is_named(field, name)),
    }
}

fn is_named(field: &MetadataField, name: &str) -> bool {
    field.field_definition_id.as_str() == name
        || by_name::folded(&field.field_definition_name) == by_name::folded(name)
}

impl Values<'_> {
    /// Returns the fields of a file. Lists of a folder may omit fields without a value.
    async fn read(&self, file: &TargetFile, args: &Args) -> Result<Vec<MetadataField>, Failure> {
        match &file.metadata {
            Some(metadata) if !args.all && args.fields.is_empty() => Ok(metadata.clone()),
            Some(metadata) if has_all(metadata, args) => Ok(metadata.clone()),
            _ => {
                let show = ShowMetadata::new(&file.account, &file.id).show_null(true);
                Ok(self.client.send(show).await?.metadata)
            }
        }
    }

    async fn load_people(
        &mut self,
        file: &TargetFile,
        fields: &[&MetadataField],
    ) -> Result<(), Failure> {
        let has_users =
            |field: &&&MetadataField| matches!(field.value, Some(MetadataValue::Users(_)));
        if self.people.is_none() && fields.iter().any(|field| has_users(&field)) {
            let people = People::load(self.client, &file.account, &file.project).await;
            // Values without the names of users are better than none.
            self.people = Some(people.unwrap_or_default());
        }
        Ok(())
    }
}

impl Values<'_> {
    /// Finds the fields whose numbers are sizes. Without them, numbers are shown as they are.
    async fn load_sizes(&mut self, file: &TargetFile, fields: &[&MetadataField]) {
        let is_number =
            |field: &&MetadataField| matches!(field.value, Some(MetadataValue::Number(_)));
        if self.sizes.is_none() && fields.iter().any(is_number) {
            let definitions = Definitions::load(self.client, &file.account).await;
            self.sizes = Some(definitions.map(|it| it.sizes()).unwrap_or_default());
        }
    }
}

/// Returns whether a list contains all wanted fields.
fn has_all(metadata: &[MetadataField], args: &Args) -> bool {
    let has = |name: &String| metadata.iter().any(|field| is_named(field, name));
    !args.all && !args.fields.is_empty() && args.fields.iter().all(has)
}
