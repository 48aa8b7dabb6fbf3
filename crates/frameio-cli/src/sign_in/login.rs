//! `frameio login`: by a browser, by the secret of a server, or with a token.

use std::io::{BufRead, IsTerminal, Write};

use frameio::Secret;
use frameio::accounts::ListAccounts;
use frameio::auth::{Authorization, Credential, FileStore, Loopback, Session};
use frameio::users::ShowCurrentUser;
use frameio_sim::Credential as Demo;

use super::secrets::Secrets;
use super::who::{Who, ims, variable};
use super::{tokens, whoami};
use crate::connect::{Connection, is_local};
use crate::exit::{Failure, Status};
use crate::profile::{Config, Profile, SignIn, check_name};
use crate::{input, output};

#[derive(Debug, clap::Args)]
pub(crate) struct Login {
    /// The ID of your app at Adobe; FRAMEIO_CLIENT_ID is another way to say it
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// The secret of your app; others on this machine can see arguments, so rather set
    /// FRAMEIO_CLIENT_SECRET or give a file
    #[arg(long, value_name = "SECRET", conflicts_with = "client_secret_file")]
    client_secret: Option<Secret>,
    /// Read the secret of your app from this file
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<std::path::PathBuf>,
    /// Sign a user in with the secret, and not the app itself
    #[arg(long, conflicts_with = "token")]
    web: bool,
    /// Where your app has the browser sent back to [default: a free port of this machine]
    #[arg(long, value_name = "URI", conflicts_with = "token")]
    redirect_uri: Option<String>,
    /// Only print the address to open
    #[arg(long)]
    no_browser: bool,
    /// Read a token from standard input in place of signing in
    #[arg(long, conflicts_with_all = ["client_id", "client_secret", "client_secret_file"])]
    token: bool,
}

pub(crate) async fn run(connection: &Connection, login: &Login) -> Result<(), Failure> {
    let config = Config::load()?;
    let name = check_name(connection.choice.name(&config))
        .map_err(|error| Failure::usage("--profile", error))?;
    let mut profile = config.profiles.get(&name).cloned().unwrap_or_default();
    profile.base_url = connection.base_url(&profile).map(str::to_owned);
    profile.ims_url = connection.given_ims_url(&profile).map(str::to_owned);
    let (sign_in, secrets) = sign_in(connection, login, &profile, &name).await?;
    profile.sign_in = Some(sign_in);
    secrets.save(&name)?;

    // Tried before it is said to be done.
    let ims_url = connection.ims_url(&profile);
    let who = Who::of_profile(&name, &profile, &ims_url)?;
    let client = connection.build(&profile, &who)?;
    let me = match client.send(ShowCurrentUser::new()).await {
        Ok(me) => me,
        Err(error) => return Err(whoami::told(&who, error)),
    };
    let mut accounts = client.items(ListAccounts::new().page_size(2));
    let first = accounts.next().await.transpose()?;
    let another = accounts.next().await.transpose()?;
    if let (None, Some(account), None) = (&profile.account_id, first, another) {
        profile.account_id = Some(account.id.to_string());
    }
    Config::update(|config| {
        config.current.get_or_insert_with(|| name.clone());
        config.profiles.insert(name.clone(), profile);
        Ok(())
    })?;
    output::line(&format!("signed in as {} <{}>, profile {name}", me.name, me.email))
}

/// Signs in, and says how.
async fn sign_in(
    connection: &Connection,
    login: &Login,
    profile: &Profile,
    name: &str,
) -> Result<(SignIn, Secrets), Failure> {
    if login.token {
        let token = Some(secret_line("token")?);
        return Ok((SignIn::Token, Secrets { token, ..Secrets::default() }));
    }
    let ims_url = connection.ims_url(profile);
    let client_secret = match (&login.client_secret, &login.client_secret_file) {
        (Some(secret), _) => Some(secret.expose().to_owned()),
        (None, Some(file)) => Some(input::file(file)?.trim().to_owned()),
        (None, None) => variable("FRAMEIO_CLIENT_SECRET"),
    };
    let given = login.client_id.clone().or_else(|| variable("FRAMEIO_CLIENT_ID"));
    let client_id = match given {
        Some(client_id) => client_id,
        // A local Frame.io knows an app from the start.
        None if is_local(&ims_url) && client_secret.is_none() => Demo::DEMO_NATIVE.to_owned(),
        None => {
            let message = "your app has an ID at Adobe: say it with --client-id or \
                           FRAMEIO_CLIENT_ID; or sign in with --token";
            return Err(Failure::new(Status::Usage, message));
        }
    };
    let secrets = Secrets { client_secret, token: None };
    let store = FileStore::new(tokens(name)?);
    match (&secrets.client_secret, login.web) {
        (None, true) => Err(Failure::usage("--web", "needs the secret of your app")),
        (Some(secret), false) => {
            let ims = ims(Credential::server_to_server(&client_id, secret.clone()), &ims_url)?;
            // A session of its own: one with the store would take what is there already.
            let tokens = Session::new(ims.clone()).refresh().await?;
            Session::builder(ims).store(store).build().import(tokens).await?;
            Ok((SignIn::ServerToServer { client_id }, secrets))
        }
        (secret, _) => {
            let back = Back::new(login.redirect_uri.as_deref()).await?;
            let redirect_uri = back.redirect_uri().to_owned();
            let (credential, sign_in) = match secret {
                Some(secret) => (
                    Credential::web(&client_id, secret.clone(), &redirect_uri),
                    SignIn::Web { client_id, redirect_uri },
                ),
                None => (
                    Credential::native(&client_id, &redirect_uri),
                    SignIn::Native { client_id, redirect_uri },
                ),
            };
            let ims = ims(credential, &ims_url)?;
            let authorization = ims.authorization()?;
            let callback = back.callback(&authorization, login.no_browser).await?;
            let tokens = ims.exchange(authorization.finish(&callback)?).await?;
            Session::builder(ims).store(store).build().import(tokens).await?;
            Ok((sign_in, secrets))
        }
    }
}

/// Where the browser comes back to.
enum Back {
    /// To a port of this machine.
    Here(Loopback, String),
    /// Elsewhere: the user tells where it ended.
    Elsewhere(String),
}

impl Back {
    async fn new(redirect_uri: Option<&str>) -> Result<Self, Failure> {
        let failed = |error| Failure::new(Status::Other, format!("cannot listen: {error}"));
        let loopback = match redirect_uri {
            None => Loopback::bind().await.map_err(failed)?,
            Some(uri) => match local_port(uri) {
                Some(port) => Loopback::bind_port(port).await.map_err(failed)?,
                None => return Ok(Self::Elsewhere(uri.to_owned())),
            },
        };
        let uri = loopback.redirect_uri();
        Ok(Self::Here(loopback, uri))
    }

    fn redirect_uri(&self) -> &str {
        match self {
            Self::Here(_, uri) | Self::Elsewhere(uri) => uri,
        }
    }

    async fn callback(
        self,
        authorization: &Authorization,
        no_browser: bool,
    ) -> Result<String, Failure> {
        let url = authorization.url();
        if no_browser || open::that_detached(url).is_err() {
            eprintln!("open this address in a browser:\n{url}");
        } else {
            eprintln!("your browser opens to sign you in; if it does not, open\n{url}");
        }
        match self {
            Self::Here(loopback, _) => loopback
                .callback()
                .await
                .map_err(|error| Failure::new(Status::Other, format!("cannot listen: {error}"))),
            Self::Elsewhere(_) => {
                eprintln!("then paste the address at which the browser ends:");
                line("the address")
            }
        }
    }
}

/// The port of a redirect that this program can take itself.
fn local_port(uri: &str) -> Option<u16> {
    let rest = uri.strip_prefix("http://127.0.0.1:")?;
    rest.strip_suffix("/callback")?.parse().ok()
}

/// A line of standard input that is not shown while it is typed.
fn secret_line(what: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return line(what);
    }
    eprint!("{what}: ");
    drop(std::io::stderr().flush());
    let typed = rpassword::read_password().map_err(|error| Failure::usage(what, error))?;
    not_empty(what, &typed)
}

fn line(what: &str) -> Result<String, Failure> {
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(|error| Failure::usage(what, error))?;
    not_empty(what, &line)
}

fn not_empty(what: &str, text: &str) -> Result<String, Failure> {
    match text.trim() {
        "" => Err(Failure::usage(what, "is missing on standard input")),
        text => Ok(text.to_owned()),
    }
}
