//! `frameio metadata fields`.

use frameio::metadata_fields::{FieldDefinition, FieldKind, MemberOptions};
use frameio::transfer::Transfers;
use frameio::{AccountId, Client};
use serde_json::Value;

use super::definitions::{self, Definitions};
use crate::args::{AccountArg, FormatArgs, GlobalArgs, only_account};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{self, Cell, Column, Row};
use crate::resolver::Resolver;

pub(super) const HELP: &str = "\
Examples:
  frameio metadata fields
  frameio metadata fields '/Film/The Crossing' --writable
  frameio metadata fields --json";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Any place in the account: path or ID [default: the only account]
    #[arg(add = completion::place())]
    place: Option<String>,
    /// List only fields whose values can be changed
    #[arg(long)]
    writable: bool,
    #[command(flatten)]
    format: FormatArgs<FieldRow<'static>>,
    #[command(flatten)]
    account: AccountArg,
}

struct FieldRow<'a>(&'a FieldDefinition);

impl Row for FieldRow<'_> {
    const COLUMNS: &'static [Column] = &[
        Column::new("name").flexible(),
        Column::new("type"),
        Column::new("mutable"),
        Column::new("values").flexible(),
        Column::new("id").hidden(),
    ];

    fn cells(&self) -> Vec<Cell> {
        let FieldDefinition { id, name, kind, mutable, .. } = self.0;
        let access = if *mutable { "" } else { "read-only" };
        vec![
            name.as_str().into(),
            kind.field_type().as_str().into(),
            Cell::Both(access.to_owned(), (*mutable).into()),
            values(kind).into(),
            id.as_str().into(),
        ]
    }

    fn json(&self) -> Value {
        report::json(self.0).unwrap_or_default()
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut list = args.format.list()?;
    let client = global.client()?;
    let account = account(global, &client, args).await?;
    let definitions = Definitions::load(&client, &account).await?;
    let wanted = |it: &&FieldDefinition| it.mutable || !args.writable;
    let mut wanted = definitions.all().iter().filter(wanted);
    wanted.try_for_each(|definition| list.push(&FieldRow(definition)))?;
    list.finish()
}

/// Returns the account of the place, of the arguments or the profile, or the only one.
async fn account(global: &GlobalArgs, client: &Client, args: &Args) -> Result<AccountId, Failure> {
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    if let Some(place) = &args.place {
        return Ok(resolver.resolve(Some(place)).await?.account_id);
    }
    if resolver.account().is_none() {
        return only_account(client).await;
    }
    let named = args.account.list(client, &global.profile.load()?).await?;
    let first = named.into_iter().next().map(|account| account.id);
    first.ok_or_else(|| Failure::new(Status::NotFound, "the user has no account"))
}

/// Describes the values that a field accepts.
fn values(kind: &FieldKind) -> String {
    match kind {
        FieldKind::Select(_) | FieldKind::SelectMulti(_) => {
            let options = definitions::options(kind).iter().map(|it| &*it.display_name);
            options.collect::<Vec<_>>().join(", ")
        }
        FieldKind::Rating(it) => format!("1 to {}", it.max_value),
        FieldKind::Number(it) => {
            it.number_format.as_ref().map(|format| format.as_str().to_owned()).unwrap_or_default()
        }
        FieldKind::UserSingle(it) | FieldKind::UserMulti(it) => match &it.members {
            MemberOptions::Custom(members) => format!("{} users and groups", members.len()),
            _ => "members of the project".to_owned(),
        },
        _ => String::new(),
    }
}
