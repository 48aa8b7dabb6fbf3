//! A share that is named by its ID, its link, or its name in a project.

use frameio::shares::{Share, ShowShare};
use frameio::transfer::{RemotePath, ResolvedItem, Transfers};
use frameio::{AccountId, Client, ProjectId};

use crate::args::{AccountArg, GlobalArgs};
use crate::commands::by_name::{self, Label};
use crate::completion;
use crate::exit::{Failure, Status};
use crate::report::local_time;
use crate::resolver::{Resolver, shares as links};
use crate::web_link::{WebLink, without_scheme};

/// Arguments that find a share.
#[derive(Debug, clap::Args)]
pub(super) struct ShareArgs {
    /// Project to find the share in by its name: path or ID [default: the profile's project]
    #[arg(long, value_name = "PROJECT", add = completion::place())]
    project: Option<String>,
    #[command(flatten)]
    pub(super) account: AccountArg,
}

/// A share and its account.
pub(super) struct FoundShare {
    pub(super) account: AccountId,
    pub(super) share: Share,
}

impl FoundShare {
    /// Returns the name for messages.
    pub(super) fn name(&self) -> &str {
        self.share.name.as_deref().unwrap_or(self.share.id.as_str())
    }
}

/// Finds shares and the items to share.
pub(super) struct Finder<'a> {
    pub(super) client: &'a Client,
    pub(super) resolver: Resolver<'a>,
    transfers: &'a Transfers,
    project: Option<&'a str>,
}

impl<'a> Finder<'a> {
    pub(super) fn new(
        global: &GlobalArgs,
        client: &'a Client,
        transfers: &'a Transfers,
        args: &'a ShareArgs,
    ) -> Result<Self, Failure> {
        let resolver = Resolver::new(global, transfers, &args.account)?.for_many();
        Ok(Self { client, resolver, transfers, project: args.project.as_deref() })
    }

    /// Finds the places of an account.
    pub(super) fn of_places(
        global: &GlobalArgs,
        client: &'a Client,
        transfers: &'a Transfers,
        account: &'a AccountArg,
    ) -> Result<Self, Failure> {
        let resolver = Resolver::new(global, transfers, account)?.for_many();
        Ok(Self { client, resolver, transfers, project: None })
    }

    pub(super) async fn find(&self, text: &str) -> Result<FoundShare, Failure> {
        match Reference::of(text) {
            Reference::Id(id) => self.by_id(id).await,
            Reference::ShortUrl(short) => self.by_short_url(text, short).await,
            Reference::Name if self.project.is_some() || self.resolver.has_base() => {
                self.by_name(text).await
            }
            Reference::Name => {
                let hint = "pass '--project' to find a share by its name";
                let message = format!("'{text}' is not the ID or the link of a share: {hint}");
                Err(Failure::usage(message))
            }
        }
    }

    async fn by_id(&self, id: &str) -> Result<FoundShare, Failure> {
        for account in links::accounts(self.transfers, self.resolver.account()).await? {
            match self.client.send(ShowShare::new(&account, id)).await {
                Ok(share) => return Ok(FoundShare { account, share }),
                Err(error) if error.is_not_found() => {}
                Err(error) => return Err(error.into()),
            }
        }
        Err(Failure::new(Status::NotFound, format!("no share has the ID '{id}'")))
    }

    async fn by_name(&self, name: &str) -> Result<FoundShare, Failure> {
        let (account, project, path) = self.project(self.project).await?;
        let shares = links::of_project(self.client, &account, &project).await?;
        let label = |share: &Share| {
            let label = Label::new(share.name.as_deref().unwrap_or_default(), share.id.as_str());
            let created = format!("created {}", local_time(share.created_at));
            let link = share.short_url.as_deref().map(|url| format!("{url}, ")).unwrap_or_default();
            label.note(link + &created)
        };
        match by_name::only(shares.iter(), name, "share", label) {
            Ok(share) => Ok(FoundShare { account, share: share.clone() }),
            Err(error) => Err(error.failure(format!("'{name}' in '{path}': {}", error.reason()))),
        }
    }

    /// Finds a share by its short link. The service has no operation for it, so the shares of the project
    /// are listed, or those of all projects.
    async fn by_short_url(&self, text: &str, short: &str) -> Result<FoundShare, Failure> {
        let found = links::with_short_link(self.client, self.projects().await?, short).await?;
        if let Some((account, share)) = found {
            return Ok(FoundShare { account, share });
        }
        Err(Failure::new(Status::NotFound, format!("no share has the link '{text}'")))
    }

    async fn projects(&self) -> Result<Vec<(AccountId, ProjectId)>, Failure> {
        if self.project.is_some() {
            let (account, project, _) = self.project(self.project).await?;
            return Ok(vec![(account, project)]);
        }
        links::projects(self.client, self.transfers, self.resolver.account()).await
    }

    /// Returns a project whose shares are listed. A folder in it would look like a filter of the shares.
    pub(super) async fn whole_project(
        &self,
        place: Option<&str>,
    ) -> Result<(AccountId, ProjectId), Failure> {
        let item = self.resolver.resolve(place).await?;
        let is_default = place.is_none();
        match (&item.item, item.project_id.clone()) {
            (ResolvedItem::Project(project), _) => Ok((item.account_id, project.id.clone())),
            (_, Some(project)) if is_default => Ok((item.account_id, project)),
            (_, None) => Err(workspace(&item.path)),
            _ => {
                let project = RemotePath::new(item.path.names().iter().take(2));
                let reason = format!("is not a project: pass '{project}'");
                Err(Failure::usage(format!("'{}' {reason}", item.path)))
            }
        }
    }

    /// Returns the project of a place, and the place; without one, the project of the profile.
    pub(super) async fn project(
        &self,
        place: Option<&str>,
    ) -> Result<(AccountId, ProjectId, String), Failure> {
        // A share that is found in the project may be changed.
        let item = self.resolver.resolve_for_write(place).await?;
        match item.project_id {
            None => Err(workspace(&item.path)),
            Some(project) => Ok((item.account_id, project, item.path.to_string())),
        }
    }
}

fn workspace(path: &RemotePath) -> Failure {
    Failure::usage(format!("'{path}' is a workspace: pass one of its projects instead"))
}

/// Form of the text that names a share.
#[derive(Debug, PartialEq, Eq)]
enum Reference<'a> {
    Id(&'a str),
    /// Host and path of a short link.
    ShortUrl(&'a str),
    Name,
}

impl<'a> Reference<'a> {
    fn of(text: &'a str) -> Self {
        match WebLink::parse(text) {
            Ok(Some(WebLink::Short(short))) => return Self::ShortUrl(short),
            Ok(Some(WebLink::Share(id))) => return Self::Id(id),
            _ => {}
        }
        // The link of an item in a share.
        let link = without_scheme(text);
        let (host, path) = link.split_once('/').unwrap_or((link, ""));
        if host.eq_ignore_ascii_case("next.frame.io")
            && let Some(path) = path.strip_prefix("share/")
        {
            return Self::Id(path.split('/').next().unwrap_or(path));
        }
        let is_uuid =
            text.len() == 36 && text.bytes().all(|byte| byte == b'-' || byte.is_ascii_hexdigit());
        if is_uuid { Self::Id(text) } else { Self::Name }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distinguishes_ids_links_and_names() {
        let id = "00000042-f1a0-4000-8000-000000000000";
        for (text, reference) in [
            (id, Reference::Id(id)),
            ("https://next.frame.io/share/s1/view/f?a=b", Reference::Id("s1")),
            ("https://f.io/Ab3_x/", Reference::ShortUrl("f.io/Ab3_x")),
            ("f.io/Ab3_x?utm=1", Reference::ShortUrl("f.io/Ab3_x")),
            (" HTTPS://NEXT.frame.io/share/s1 ", Reference::Id("s1")),
            ("Cut 3 for review", Reference::Name),
            ("https://example.com/share/s1", Reference::Name),
        ] {
            assert_eq!(Reference::of(text), reference, "{text}");
        }
    }
}
