//! Shares that are named by a link, and the item in one.

use std::collections::HashSet;
use std::time::Duration;

use frameio::assets::Asset;
use frameio::projects::ListProjects;
use frameio::shares::{ListShareAssets, ListShares, Share};
use frameio::transfer::{Resolved, Transfers};
use frameio::transport::HyperTransport;
use frameio::{AccountId, AssetId, Body, Client, ProjectId};
use futures_util::TryStreamExt;
use http::header::LOCATION;
use http::{Request, Uri};

use super::parent::parent;
use crate::exit::{Failure, Status};
use crate::web_link::{WebLink, without_scheme};

/// Maximum number of items of a share that an error lists.
const MAX_LISTED: usize = 10;

/// Maximum number of folders above an item.
const MAX_DEPTH: usize = 256;

/// Time limit for the redirect of a short link.
const REDIRECT_LIMIT: Duration = Duration::from_secs(10);

/// Maximum size of the body of a redirect, which is not used.
const MAX_BODY: usize = 64 << 10;

/// Returns the accounts of the user, or the account with this name or ID.
pub(crate) async fn accounts(
    transfers: &Transfers,
    wanted: Option<&str>,
) -> Result<Vec<AccountId>, Failure> {
    let workspaces = transfers.workspaces(wanted).await?;
    let mut accounts: Vec<_> = workspaces.into_iter().map(|(account, _)| account).collect();
    accounts.dedup();
    Ok(accounts)
}

/// Returns all projects of the user, or those of an account.
pub(crate) async fn projects(
    client: &Client,
    transfers: &Transfers,
    account: Option<&str>,
) -> Result<Vec<(AccountId, ProjectId)>, Failure> {
    let mut projects = Vec::new();
    for (account, workspace) in transfers.workspaces(account).await? {
        let mut list = client.items(ListProjects::new(&account, &workspace.id).page_size(100));
        while let Some(project) = list.next().await {
            projects.push((account.clone(), project?.id));
        }
    }
    Ok(projects)
}

/// Lists the shares of a project.
pub(crate) async fn of_project(
    client: &Client,
    account: &AccountId,
    project: &ProjectId,
) -> Result<Vec<Share>, Failure> {
    let list = ListShares::new(account, project).page_size(100);
    Ok(client.items(list).strict(true).try_collect().await?)
}

/// Finds a share by its short link. The service has no operation for it, so the shares of the projects
/// are listed.
pub(crate) async fn with_short_link(
    client: &Client,
    projects: Vec<(AccountId, ProjectId)>,
    link: &str,
) -> Result<Option<(AccountId, Share)>, Failure> {
    let wanted = code(link);
    for (account, project) in projects {
        let shares = of_project(client, &account, &project).await?;
        let has_link =
            |share: &Share| share.short_url.as_deref().is_some_and(|it| code(it) == wanted);
        if let Some(share) = shares.into_iter().find(has_link) {
            return Ok(Some((account, share)));
        }
    }
    Ok(None)
}

/// Returns the code of a short link. Its case matters, unlike that of the host.
fn code(link: &str) -> &str {
    let link = without_scheme(link);
    link.split_once('/').map_or(link, |(_, code)| code)
}

/// Returns whether a share contains an item, itself or with a folder or version stack above it that is visible
/// to the user.
pub(super) async fn contains(
    client: &Client,
    share: &str,
    item: &Resolved,
) -> Result<bool, Failure> {
    let account = &item.account_id;
    let list = ListShareAssets::new(account, share).page_size(100);
    let (mut assets, mut shared) = (client.items(list).skip_undecodable(true), HashSet::new());
    while let Some(asset) = assets.next().await {
        match asset {
            Ok(asset) => drop(shared.insert(asset.id().as_str().to_owned())),
            Err(error) if error.is_not_found() => return Ok(false),
            Err(error) => return Err(error.into()),
        }
    }
    let mut next = item.asset_id();
    let mut above = item.parent_id();
    for _ in 0..MAX_DEPTH {
        let Some(id) = next.take() else { return Ok(false) };
        if shared.contains(id.as_str()) {
            return Ok(true);
        }
        let Some(id) = above.take() else { return Ok(false) };
        above = parent(client, account, &id).await?.and_then(|parent| parent.parent_id);
        next = Some(id);
    }
    Ok(false)
}

/// Returns the ID of the only item that is shared, in the first account that has the share.
///
/// # Errors
/// Fails if the share is empty, or has several items: the error lists them.
pub(super) async fn only_item(
    client: &Client,
    accounts: Vec<AccountId>,
    share: &str,
) -> Result<(AccountId, AssetId), Failure> {
    for account in accounts {
        let list = ListShareAssets::new(&account, share).page_size(100);
        let mut items = client.items(list).skip_undecodable(true);
        let mut assets: Vec<Asset> = Vec::new();
        let mut is_missing = false;
        while let Some(asset) = items.next().await {
            match asset {
                Ok(asset) => assets.push(asset),
                Err(error) if error.is_not_found() => {
                    is_missing = true;
                    break;
                }
                Err(error) => return Err(error.into()),
            }
        }
        if !is_missing {
            return only(share, &assets).map(|id| (account, id));
        }
    }
    Err(Failure::new(Status::NotFound, format!("no share has the ID '{share}'")))
}

/// Returns the only item that is not in a folder or version stack of the share.
fn only(share: &str, assets: &[Asset]) -> Result<AssetId, Failure> {
    let ids: HashSet<_> = assets.iter().map(|it| it.id().as_str().to_owned()).collect();
    let is_outermost =
        |asset: &&Asset| asset.parent_id().is_none_or(|parent| !ids.contains(parent.as_str()));
    let outermost: Vec<_> = assets.iter().filter(is_outermost).collect();
    match outermost.as_slice() {
        [item] => Ok(item.id().as_str().into()),
        [] => Err(Failure::new(Status::NotFound, format!("the share '{share}' is empty"))),
        items => {
            let listed: Vec<_> = items
                .iter()
                .take(MAX_LISTED)
                .map(|item| format!("'{}' ({})", item.name(), item.id().as_str()))
                .collect();
            let message = format!(
                "the share '{share}' has {} items; pass the ID or path of one: {}",
                items.len(),
                listed.join(", ")
            );
            Err(Failure::usage(message))
        }
    }
}

/// Asks the host of a short link for the share, without a token, and follows no redirect.
///
/// Returns `None` if the host is unreachable or does not redirect to a share: its shares have to be
/// listed then.
pub(super) async fn redirect(link: &str) -> Option<String> {
    let uri: Uri = format!("https://{link}").parse().ok()?;
    let transport = HyperTransport::builder().build();
    target(transport, uri).await
}

/// Returns the ID of the share to which a URL redirects.
async fn target(transport: HyperTransport, uri: Uri) -> Option<String> {
    use frameio::layers::CollectLayer;
    use tower_layer::Layer;

    let client = Client::from_service(CollectLayer::new(MAX_BODY).layer(transport));
    let request = Request::get(uri).body(Body::empty()).ok()?;
    let response =
        tokio::time::timeout(REDIRECT_LIMIT, client.request(request)).await.ok()?.ok()?;
    if !response.status().is_redirection() {
        return None;
    }
    let location = response.headers().get(LOCATION)?.to_str().ok()?;
    match WebLink::parse(location) {
        Ok(Some(WebLink::Share(id))) => Some(id.to_owned()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::http::HeaderMap;
    use axum::response::IntoResponse;
    use axum::routing::get;

    use super::*;

    /// Serves a redirect, which fails if the request has a token.
    async fn serve(location: &'static str) -> Uri {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let uri = format!("http://{}/Ab3", listener.local_addr().unwrap()).parse().unwrap();
        let respond = async move |headers: HeaderMap| match headers.contains_key("authorization") {
            true => http::StatusCode::BAD_REQUEST.into_response(),
            false => (http::StatusCode::FOUND, [(LOCATION, location)]).into_response(),
        };
        let router = Router::new().route("/Ab3", get(respond));
        tokio::spawn(async move { axum::serve(listener, router).await });
        uri
    }

    #[tokio::test]
    async fn a_short_link_is_followed_once_and_without_a_token() {
        for (location, expected) in [
            ("https://next.frame.io/share/s1?x=y", Some("s1")),
            ("https://example.com/share/s1", None),
            ("https://f.io/again", None),
            ("/share/s1", None),
        ] {
            let transport = HyperTransport::builder().allow_http().build();
            let found = target(transport, serve(location).await).await;
            assert_eq!(found.as_deref(), expected, "{location}");
        }
    }
}
