//! `frameio open`: opens an item in the browser.

use frameio::transfer::{Resolved, ResolvedItem, Transfers};
use serde_json::{Value, json};

use super::assets::{id, kind};
use crate::args::{AccountArg, GlobalArgs};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::{Record, Reporter};
use crate::resolver::Resolver;

pub(super) const HELP: &str = "\
Examples:
  frameio open '/Film/The Crossing/Cuts/The Crossing - cut 3.mp4'
  frameio open --print '/Film/The Crossing'

Where no browser can be opened, such as in a remote shell, the link is printed.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Project, folder, file or version stack: a path or an ID [default: the profile's project]
    #[arg(add = completion::place())]
    place: Option<String>,
    /// Print the link instead of opening it
    #[arg(long, short)]
    print: bool,
    /// Print a JSON object instead of opening the link
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    account: AccountArg,
}

/// An item and its link.
struct Link<'a> {
    item: &'a Resolved,
    url: &'a str,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let transfers = Transfers::new(global.client()?);
    let resolver = Resolver::new(global, &transfers, &args.account)?;
    let item = resolver.resolve(args.place.as_deref()).await?;
    let link = Link { url: url(&item)?, item: &item };
    let reporter = Reporter::new(args.json);
    let prints = args.print || args.json || !has_browser(&|name| std::env::var_os(name).is_some());
    if prints || open::that_detached(link.url).is_err() {
        return reporter.record(&link);
    }
    reporter.status(&format!("opening {} in the browser: {}", item.path, link.url));
    Ok(())
}

/// Returns the link of an item, if the service reports a safe one.
fn url(item: &Resolved) -> Result<&str, Failure> {
    let url = match &item.item {
        ResolvedItem::Project(project) => &project.view_url,
        ResolvedItem::Folder(folder) => &folder.view_url,
        ResolvedItem::File(file) => &file.view_url,
        ResolvedItem::VersionStack(stack) => &stack.view_url,
        _ => {
            let message = format!(
                "'{}' is a workspace, for which the API has no link: pass one of its projects",
                item.path
            );
            return Err(Failure::usage(message));
        }
    };
    // The system would open a file or start a program for another scheme.
    match url.starts_with("https://") {
        true => Ok(url),
        false => {
            let message = format!("the link of the service is not a web address: '{url}'");
            Err(Failure::new(Status::Unexpected, message))
        }
    }
}

/// Returns whether a browser can be opened.
fn has_browser(is_set: &dyn Fn(&str) -> bool) -> bool {
    cfg!(any(windows, target_os = "macos"))
        || ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"].into_iter().any(is_set)
}

impl Record for Link<'_> {
    fn lines(&self) -> Vec<String> {
        vec![self.url.to_owned()]
    }

    fn json(&self) -> Value {
        json!({
            "type": kind(self.item), "id": id(self.item), "path": self.item.path.to_string(),
            "url": self.url,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[cfg(not(any(windows, target_os = "macos")))]
    #[test]
    fn a_browser_needs_a_display() {
        assert!(has_browser(&|name| name == "WAYLAND_DISPLAY"));
        assert!(!has_browser(&|name| name == "SSH_TTY"));
    }
}
