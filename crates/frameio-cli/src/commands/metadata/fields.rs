//! `frameio metadata fields`.

use frameio::accounts::{Account, ListAccounts};
use frameio::metadata_fields::{FieldDefinition, FieldKind, MemberOptions};
use frameio::transfer::Transfers;
use frameio::{AccountId, Client};
use serde_json::Value;

use super::definitions::{self, Definitions};
use crate::args::{AccountArg, GlobalArgs};
use crate::exit::{Failure, Status};
use crate::report::{self, Record, Reporter};
use crate::resolver::Resolver;

pub(super) const HELP: &str = "\
Examples:
  frameio metadata fields
  frameio metadata fields '/Film/The Crossing' --writable
  frameio metadata fields --json";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Any place in the account: path or ID [default: the only account]
    place: Option<String>,
    /// List only fields whose values can be changed
    #[arg(long)]
    writable: bool,
    /// Print JSON lines
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountArg,
}

struct Row<'a> {
    definition: &'a FieldDefinition,
    /// Width of the column of names.
    width: usize,
}

impl Record for Row<'_> {
    fn lines(&self) -> Vec<String> {
        let Self { definition, width } = self;
        let kind = definition.kind.field_type();
        let access = if definition.mutable { "" } else { "read-only" };
        let values = values(&definition.kind);
        let line =
            format!("{:width$}  {:12}  {access:9}  {values}", definition.name, kind.as_str());
        vec![line.trim_end().to_owned()]
    }

    fn json(&self) -> Value {
        report::json(self.definition).unwrap_or_default()
    }
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let client = global.client()?;
    let account = account(global, &client, args).await?;
    let definitions = Definitions::load(&client, &account).await?;
    let wanted = |it: &&FieldDefinition| it.mutable || !args.writable;
    let wanted: Vec<_> = definitions.all().iter().filter(wanted).collect();
    let width = wanted.iter().map(|it| it.name.chars().count()).max().unwrap_or_default();
    let reporter = Reporter::new(args.json);
    wanted.into_iter().try_for_each(|definition| reporter.record(&Row { definition, width }))
}

/// Returns the account of the place, of the arguments or the profile, or the only one.
async fn account(global: &GlobalArgs, client: &Client, args: &Args) -> Result<AccountId, Failure> {
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    if let Some(place) = &args.place {
        return Ok(resolver.resolve(Some(place)).await?.account_id);
    }
    let mut items = client.items(ListAccounts::new().page_size(100));
    let mut accounts: Vec<Account> = Vec::new();
    while let Some(account) = items.next().await {
        accounts.push(account?);
    }
    if let Some(wanted) = resolver.account() {
        let is_wanted = |it: &Account| it.id.as_str() == wanted || it.display_name == wanted;
        let found = accounts.into_iter().find(is_wanted).map(|account| account.id);
        let message = format!("no account has the name or ID '{wanted}'");
        return found.ok_or_else(|| Failure::new(Status::NotFound, message));
    }
    match accounts.as_slice() {
        [account] => Ok(account.id.clone()),
        [] => Err(Failure::new(Status::NotFound, "the user has no account")),
        several => {
            let names: Vec<_> = several.iter().map(|it| format!("'{}'", it.display_name)).collect();
            let names = names.join(", ");
            Err(Failure::usage(format!("there are several accounts: pass '--account' {names}")))
        }
    }
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
