//! `frameio login`: in a browser, with the secret of a server, or with a token.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use frameio::Secret;
use frameio::accounts::ListAccounts;
use frameio::auth::{Authorization, Credential, FileStore, Loopback, Session};
use frameio::users::ShowCurrentUser;

use crate::args::{GlobalArgs, is_local};
use crate::config::{self, Config, Profile, SignIn};
use crate::credentials::{Credentials, ProfileSecrets, ims, variable};
use crate::exit::{Failure, Status};
use crate::input;
use crate::report::Reporter;

pub(super) const HELP: &str = "\
Sign in a user in the browser:
  frameio login --client-id ID           for an app without a secret (native, single-page)
  frameio login --client-id ID --web     for a web app, with its secret in FRAMEIO_CLIENT_SECRET
Sign in a server, with the secret in FRAMEIO_CLIENT_SECRET:
  frameio login --client-id ID
Save an existing token, read from standard input; legacy tokens (fio-u-…) work too:
  frameio login --token

The browser returns to a free port of this machine, at /callback. If your app at Adobe allows only
another redirect, name it with --redirect-uri, and paste the address at which the browser ends.
With FRAMEIO_BASE_URL set to a local simulator, `frameio login` needs no options.";

#[derive(Debug, clap::Args)]
pub(crate) struct Args {
    /// Client ID of your app at Adobe; may also be set in FRAMEIO_CLIENT_ID
    #[arg(long, value_name = "ID")]
    client_id: Option<String>,
    /// Client secret of your app. Other users can see the arguments of a process: prefer
    /// FRAMEIO_CLIENT_SECRET or a file
    #[arg(long, value_name = "SECRET", conflicts_with = "client_secret_file")]
    client_secret: Option<Secret>,
    /// Read the client secret of your app from this file
    #[arg(long, value_name = "FILE")]
    client_secret_file: Option<PathBuf>,
    /// Sign in a user with the secret, rather than the app itself
    #[arg(long, conflicts_with = "token")]
    web: bool,
    /// Redirect URI of your app [default: a free port of this machine]
    #[arg(long, value_name = "URI", conflicts_with = "token")]
    redirect_uri: Option<String>,
    /// Print the address instead of opening a browser
    #[arg(long)]
    no_browser: bool,
    /// Read a token from standard input instead of signing in
    #[arg(long, conflicts_with_all = ["client_id", "client_secret", "client_secret_file"])]
    token: bool,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let config = Config::load()?;
    let name = Config::check_name(global.profile.name(&config))
        .map_err(|error| Failure::usage("--profile", error))?;
    let mut profile = config.profiles.get(&name).cloned().unwrap_or_default();
    profile.base_url = global.base_url(&profile).map(str::to_owned);
    profile.ims_url = global.given_ims_url(&profile).map(str::to_owned);
    let (sign_in, secrets) = sign_in(global, args, &profile, &name).await?;
    profile.sign_in = Some(sign_in);
    secrets.save(&name)?;

    // The credentials are used once before success is reported.
    let ims_url = global.ims_url(&profile);
    let credentials = Credentials::of_profile(&name, &profile, &ims_url)?;
    let client = global.client_for(&profile, &credentials)?;
    let user = client.send(ShowCurrentUser::new()).await.map_err(|it| credentials.failure(it))?;
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
    Reporter::text().line(&format!("signed in as {} <{}>, profile {name}", user.name, user.email))
}

/// Signs in, and returns the kind of sign-in with its secrets.
async fn sign_in(
    global: &GlobalArgs,
    args: &Args,
    profile: &Profile,
    name: &str,
) -> Result<(SignIn, ProfileSecrets), Failure> {
    if args.token {
        let token = Some(secret_line("token")?);
        return Ok((SignIn::Token, ProfileSecrets { token, ..ProfileSecrets::default() }));
    }
    let ims_url = global.ims_url(profile);
    let client_secret = client_secret(args)?;
    let client_id = client_id(args, &ims_url, client_secret.is_some())?;
    let secrets = ProfileSecrets { client_secret, token: None };
    let store = FileStore::new(config::tokens(name)?);
    match (&secrets.client_secret, args.web) {
        (None, true) => Err(Failure::usage("--web", "needs the client secret of your app")),
        (Some(secret), false) => {
            let ims = ims(Credential::server_to_server(&client_id, secret.clone()), &ims_url)?;
            // A session without the store: one with it would reuse the stored token.
            let tokens = Session::new(ims.clone()).refresh().await?;
            Session::builder(ims).store(store).build().import(tokens).await?;
            Ok((SignIn::ServerToServer { client_id }, secrets))
        }
        (secret, _) => {
            let redirect = RedirectTarget::new(args.redirect_uri.as_deref()).await?;
            let redirect_uri = redirect.uri().to_owned();
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
            let callback = redirect.callback(&authorization, args.no_browser).await?;
            let tokens = ims.exchange(authorization.finish(&callback)?).await?;
            Session::builder(ims).store(store).build().import(tokens).await?;
            Ok((sign_in, secrets))
        }
    }
}

/// Returns the client secret of the arguments or the environment.
fn client_secret(args: &Args) -> Result<Option<String>, Failure> {
    match (&args.client_secret, &args.client_secret_file) {
        (Some(secret), _) => Ok(Some(secret.expose().to_owned())),
        (None, Some(file)) => Ok(Some(input::secret_file(file)?.expose().to_owned())),
        (None, None) => Ok(variable("FRAMEIO_CLIENT_SECRET")),
    }
}

/// Returns the client ID of the arguments, the environment, or the simulator's demo app.
fn client_id(args: &Args, ims_url: &str, has_secret: bool) -> Result<String, Failure> {
    if let Some(given) = args.client_id.clone().or_else(|| variable("FRAMEIO_CLIENT_ID")) {
        return Ok(given);
    }
    match demo_client_id() {
        Some(demo) if is_local(ims_url) && !has_secret => Ok(demo.to_owned()),
        _ => {
            let message = "no client ID: set --client-id or FRAMEIO_CLIENT_ID to that of your app \
                           at Adobe, or sign in with --token";
            Err(Failure::new(Status::Usage, message))
        }
    }
}

/// Returns the client ID of the app that every local simulator knows.
const fn demo_client_id() -> Option<&'static str> {
    #[cfg(feature = "sim")]
    return Some(frameio_sim::Credential::DEMO_NATIVE);
    #[cfg(not(feature = "sim"))]
    None
}

/// Where the browser returns to after the sign-in.
enum RedirectTarget {
    /// A port of this machine.
    Loopback(Loopback, String),
    /// Any other address: the user pastes where the browser ended.
    Manual(String),
}

impl RedirectTarget {
    async fn new(redirect_uri: Option<&str>) -> Result<Self, Failure> {
        let failed = |error| Failure::new(Status::Other, format!("cannot listen: {error}"));
        let loopback = match redirect_uri {
            None => Loopback::bind().await.map_err(failed)?,
            Some(uri) => match local_port(uri) {
                Some(port) => Loopback::bind_port(port).await.map_err(failed)?,
                None => return Ok(Self::Manual(uri.to_owned())),
            },
        };
        let uri = loopback.redirect_uri();
        Ok(Self::Loopback(loopback, uri))
    }

    fn uri(&self) -> &str {
        match self {
            Self::Loopback(_, uri) | Self::Manual(uri) => uri,
        }
    }

    /// Sends the user to the sign-in page, and returns the address at which the browser ended.
    async fn callback(
        self,
        authorization: &Authorization,
        no_browser: bool,
    ) -> Result<String, Failure> {
        let reporter = Reporter::text();
        let url = authorization.url();
        if no_browser || open::that_detached(url).is_err() {
            reporter.status("open this address in a browser:");
        } else {
            reporter.status("opening your browser; if it does not open, visit");
        }
        reporter.status(url);
        match self {
            Self::Loopback(loopback, _) => loopback
                .callback(authorization)
                .await
                .map_err(|error| Failure::new(Status::Other, format!("cannot listen: {error}"))),
            Self::Manual(_) => {
                reporter.status("then paste the address at which the browser ends:");
                line("the address")
            }
        }
    }
}

/// Returns the port of a redirect that this program can receive itself.
fn local_port(uri: &str) -> Option<u16> {
    let rest = uri.strip_prefix("http://127.0.0.1:")?;
    rest.strip_suffix("/callback")?.parse().ok()
}

/// Reads a line of standard input without showing it on the terminal.
fn secret_line(what: &str) -> Result<String, Failure> {
    if !std::io::stdin().is_terminal() {
        return line(what);
    }
    eprint!("{what}: ");
    drop(std::io::stderr().flush());
    let typed = rpassword::read_password().map_err(|error| Failure::usage(what, error))?;
    not_empty(what, &typed)
}

/// Reads a line of standard input.
fn line(what: &str) -> Result<String, Failure> {
    not_empty(what, &input::line(&mut std::io::stdin().lock(), what)?)
}

fn not_empty(what: &str, text: &str) -> Result<String, Failure> {
    match text.trim() {
        "" => Err(Failure::usage(what, "is missing on standard input")),
        text => Ok(text.to_owned()),
    }
}
