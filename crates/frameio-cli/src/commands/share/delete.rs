//! `frameio share delete`.

use frameio::shares::DeleteShare;
use frameio::transfer::Transfers;
use frameio::{Client, Error};

use super::target::{Finder, FoundShare, ShareArgs};
use crate::args::GlobalArgs;
use crate::commands::changes::{Change, Deletable, DeletionArgs, Refusals};
use crate::completion;
use crate::exit::Failure;

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Shares: IDs, links, or names with --project
    #[arg(value_name = "SHARE", required = true, add = completion::share())]
    shares: Vec<String>,
    #[command(flatten)]
    deletion: DeletionArgs,
    #[command(flatten)]
    target: ShareArgs,
}

/// Deletes shares. All are found before any is deleted.
pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let mut results = args.deletion.results("shares", "share")?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let finder = Finder::new(global, &client, &transfers, &args.target)?;
    let mut found: Vec<FoundShare> = Vec::new();
    let mut refused = Refusals::new(args.shares.len());
    for text in &args.shares {
        match finder.find(text).await {
            Ok(share) if found.iter().any(|it| it.share.id == share.share.id) => {}
            Ok(share) => found.push(share),
            Err(failure) => refused.add(text, failure)?,
        }
    }
    results.check(refused)?;
    args.deletion.run(&client, results, &found).await
}

impl FoundShare {
    /// Returns what distinguishes the share from others, for people.
    fn label(&self) -> String {
        let link = self.share.short_url.as_deref().unwrap_or("-");
        format!("share {} '{}' ({link})", self.share.id.as_str(), self.name())
    }
}

impl Deletable for FoundShare {
    fn name(&self) -> &str {
        self.name()
    }

    fn change(&self, outcome: &'static str) -> Change {
        Change::of_thing(outcome, "share", self.label())
            .field("id", self.share.id.as_str())
            .field("name", self.share.name.as_deref())
            .field("url", self.share.short_url.as_deref())
    }

    fn question(&self) -> String {
        format!("Delete {}? Its link stops working.", self.label())
    }

    async fn delete(&self, client: &Client) -> Result<(), Error> {
        client.send(DeleteShare::new(&self.account, &self.share.id)).await
    }
}
