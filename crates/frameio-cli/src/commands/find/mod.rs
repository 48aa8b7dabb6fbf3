//! `frameio find`: finds items by a search of the service, or by their names.

mod by_name;
mod by_text;
mod row;

use clap::ValueEnum;
use frameio::transfer::Transfers;

use self::by_name::Pattern;
use self::row::FoundItem;
use crate::args::{AccountArg, FormatArgs, GlobalArgs, at_least_one};
use crate::completion;
use crate::exit::Failure;
use crate::report::List;
use crate::resolver::{Listable, Resolver};

pub(super) const HELP: &str = "\
Examples:
  frameio find --text 'bridge' /Film
  frameio find --name '*.mov' '/Film/The Crossing/Dailies'
  frameio find --name 'cuts' --ignore-case --type folder '/Film/The Crossing'

With --text, the service searches names, comments, metadata and transcripts in an account. Each result
is printed with the reason, such as 'comment'. The search itself cannot be restricted to a place, so a
place selects from its results.

With --name, all folders below the place are listed, and names are compared with the pattern: '*' is
any text, '?' one character, '[ab]' one of several, '{mov,mp4}' one of several texts. A version stack
has the name of its newest version.";

#[derive(Debug, clap::Args)]
#[command(group(clap::ArgGroup::new("what").required(true).args(["text", "name"])))]
pub(crate) struct Args {
    /// Words to search for
    #[arg(long, value_name = "WORDS")]
    text: Option<String>,
    /// Pattern of names to find
    #[arg(long, value_name = "GLOB")]
    name: Option<String>,
    /// Folder, project or workspace: a path or an ID [default: the profile's project; with --text, the
    /// account]
    #[arg(add = completion::place())]
    place: Option<String>,
    /// Types of items to find; 'file' includes version stacks
    #[arg(long = "type", value_enum, value_name = "TYPE")]
    types: Vec<Type>,
    /// With --name, ignore case
    #[arg(long, short, conflicts_with = "text")]
    ignore_case: bool,
    /// With --text, how the service interprets the words
    #[arg(long, value_enum, value_name = "ENGINE", default_value_t, conflicts_with = "name")]
    engine: Engine,
    /// Maximum number of results [default: 100 with --text]
    #[arg(long, value_name = "N", value_parser = at_least_one::<u32>)]
    limit: Option<u32>,
    #[command(flatten)]
    format: FormatArgs<FoundItem>,
    #[command(flatten)]
    account: AccountArg,
}

/// Type of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Type {
    File,
    #[value(alias = "version_stack", alias = "stack")]
    VersionStack,
    Folder,
    Project,
}

impl Type {
    /// Returns whether items of this type at the service are wanted. To a user, a version stack is a file with
    /// versions.
    fn includes(self, kind: &str) -> bool {
        match self {
            Self::File => matches!(kind, "file" | "version_stack"),
            Self::VersionStack => kind == "version_stack",
            Self::Folder => kind == "folder",
            Self::Project => kind == "project",
        }
    }
}

/// How the service interprets the words of a search.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum Engine {
    /// As words that occur
    #[default]
    Lexical,
    /// As natural language, by its meaning
    Nlp,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let pattern =
        args.name.as_deref().map(|name| Pattern::parse(name, args.ignore_case)).transpose()?;
    let output = Output::new(args)?;
    let client = global.client()?;
    let transfers = Transfers::new(client.clone());
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    match pattern {
        Some(pattern) => {
            let place = resolver.listable(args.place.as_deref()).await?;
            by_name::run(&client, &transfers, pattern, place, output).await
        }
        None => {
            let words = args.text.as_deref().unwrap_or_default();
            let place = match args.place.as_deref() {
                None => Listable::Root(resolver.account().map(str::to_owned)),
                text => resolver.listable(text).await?,
            };
            by_text::run(&client, &transfers, (words, args.engine), place, output).await
        }
    }
}

/// Prints the results that the options select.
struct Output {
    list: List<FoundItem>,
    types: Vec<Type>,
    limit: usize,
    count: usize,
}

impl Output {
    fn new(args: &Args) -> Result<Self, Failure> {
        let default = if args.text.is_some() { 100 } else { usize::MAX };
        let limit = args.limit.map_or(default, |limit| usize::try_from(limit).unwrap_or(default));
        Ok(Self { list: args.format.list()?, types: args.types.clone(), limit, count: 0 })
    }

    fn wants(&self, kind: &str) -> bool {
        self.types.is_empty() || self.types.iter().any(|wanted| wanted.includes(kind))
    }

    /// Prints a result.
    fn add(&mut self, item: &FoundItem) -> Result<(), Failure> {
        self.count += 1;
        self.list.push(item)
    }

    const fn is_full(&self) -> bool {
        self.count >= self.limit
    }
}
