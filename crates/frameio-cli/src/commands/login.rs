//! `frameio login`: in a browser, with the secret of a server, or with a token.

use std::io::{IsTerminal, Write};
use std::path::PathBuf;

use clap::builder::FalseyValueParser;
use frameio::accounts::ListAccounts;
use frameio::auth::profile::{Profile, ProfileSecrets, Profiles, SignIn, Storage, Vault, is_local};
use frameio::auth::{Authorization, Credential, Ims, Loopback, Session, Tokens};
use frameio::layers::Token;
use frameio::users::ShowCurrentUser;
use frameio::{AccountId, Secret};

use crate::args::GlobalArgs;
use crate::config;
use crate::credentials::{Credentials, SignInSettings, Source};
use crate::exit::{Failure, Status};
use crate::input::{self, variable};
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
With FRAMEIO_BASE_URL set to a local simulator, `frameio login` needs no options.

The sign-in is saved in the keyring of this system, or in files that only you can read if there is no
keyring. It is used only at the URLs at which you signed in.";

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
    /// Save the sign-in in files that only you can read, even if there is a keyring; may also be set
    /// in FRAMEIO_INSECURE_STORAGE
    #[arg(
        long,
        env = "FRAMEIO_INSECURE_STORAGE",
        hide_env = true,
        value_parser = FalseyValueParser::new()
    )]
    insecure_storage: bool,
    /// Read a token from standard input instead of signing in
    #[arg(long, conflicts_with_all = ["client_id", "client_secret", "client_secret_file"])]
    token: bool,
}

pub(super) async fn run(global: &GlobalArgs, args: &Args) -> Result<(), Failure> {
    let profiles = config::load()?;
    let name = Profiles::check_name(&global.profile.name(&profiles)?)
        .map_err(|error| Failure::usage("--profile", error))?;
    let before = profiles.profiles.get(&name).cloned().unwrap_or_default();
    let mut profile = before.clone();
    profile.base_url = global.base_url(&before)?.map(str::to_owned);
    profile.ims_url = global.given_ims_url(&before)?.map(str::to_owned);
    let settings = global.sign_in_settings(&profile)?;
    let signed_in = sign_in(args, &settings).await?;

    // The credentials are used before they are saved: a failed login keeps the earlier ones.
    let credentials = &signed_in.credentials;
    let client = global.client_for(&profile, credentials)?;
    let user = client.send(ShowCurrentUser::new()).await.map_err(|it| credentials.failure(it))?;
    let mut accounts = Vec::new();
    let mut items = client.items(ListAccounts::new().page_size(100));
    while let Some(account) = items.next().await {
        accounts.push(account?.id);
    }
    adjust_ids(&mut profile, &accounts);
    profile.sign_in = Some(signed_in.kind);

    let mut secrets = ProfileSecrets::new(settings.services);
    (secrets.client_secret, secrets.token) = (signed_in.client_secret, signed_in.token);
    let tokens = credentials.tokens().await?;
    let save = async || save(&name, args.insecure_storage, &secrets, tokens.as_ref()).await;
    config::update_after(save, |profiles, storage| {
        profile.storage = storage;
        profiles.current.get_or_insert_with(|| name.clone());
        profiles.profiles.insert(name.clone(), profile.clone());
    })
    .await?;
    let reporter = Reporter::text();
    if before.sign_in.is_some() && before.storage != profile.storage {
        // The earlier place has a sign-in that is no longer used.
        if let Err(failure) = Vault::new(&config::directory()?, before.storage, &name).clear().await
        {
            reporter.note(&failure.to_string());
        }
    }
    if Source::of_run()? == Source::TokenVariable {
        reporter.note("FRAMEIO_TOKEN is set, and still overrides this profile");
    }
    reporter.line(&format!("signed in as {} <{}>, profile {name}", user.name, user.email))
}

/// Removes ids of an account that the new user does not have, and sets that of an only account.
fn adjust_ids(profile: &mut Profile, accounts: &[AccountId]) {
    let is_own = |id: &String| accounts.iter().any(|account| account.as_str() == id);
    if !profile.account_id.as_ref().is_some_and(is_own) {
        profile.clear_ids();
    }
    if let (None, [only]) = (&profile.account_id, accounts) {
        profile.account_id = Some(only.to_string());
    }
}

/// Saves the sign-in in the keyring, or in files if there is none; says where, and returns it.
async fn save(
    name: &str,
    insecure_storage: bool,
    secrets: &ProfileSecrets,
    tokens: Option<&Tokens>,
) -> Result<Storage, Failure> {
    let (reporter, directory) = (Reporter::text(), config::directory()?);
    let mut reason = String::new();
    if !insecure_storage {
        let keyring = Vault::new(&directory, Storage::Keyring, name);
        match keyring.save(secrets, tokens).await {
            Ok(()) => {
                reporter.note(&format!("the sign-in is saved {}", keyring.description()));
                return Ok(Storage::Keyring);
            }
            Err(error) => reason = format!(": {error}"),
        }
    }
    let files = Vault::new(&directory, Storage::File, name);
    files.save(secrets, tokens).await.map_err(|error| {
        Failure::new(Status::Other, format!("cannot save the sign-in: {error}"))
    })?;
    reporter.note(&format!("the sign-in is saved {}{reason}", files.description()));
    Ok(Storage::File)
}

/// A sign-in that is not saved yet.
struct SignedIn {
    kind: SignIn,
    client_secret: Option<Secret>,
    token: Option<Secret>,
    credentials: Credentials,
}

/// Signs in, and keeps the result in memory.
async fn sign_in(args: &Args, settings: &SignInSettings) -> Result<SignedIn, Failure> {
    if args.token {
        let token = secret_line("token")?;
        let credentials = Credentials::token(Token::new(token.clone()), Source::Profile);
        let (kind, token) = (SignIn::Token, Some(token));
        return Ok(SignedIn { kind, client_secret: None, token, credentials });
    }
    let client_secret = client_secret(args)?;
    let client_id = client_id(args, &settings.services.ims_url, client_secret.is_some())?;
    let (kind, ims, tokens) = match (&client_secret, args.web) {
        (None, true) => return Err(Failure::usage("--web", "needs the client secret of your app")),
        (Some(secret), false) => {
            let ims = settings.ims(Credential::server_to_server(&client_id, secret.clone()))?;
            let tokens = Session::new(ims.clone()).refresh().await?;
            (SignIn::ServerToServer { client_id }, ims, tokens)
        }
        (secret, _) => browse(args, settings, client_id, secret.clone()).await?,
    };
    let session = Session::new(ims);
    session.import(tokens).await?;
    let credentials = Credentials::session(session, Source::Profile);
    Ok(SignedIn { kind, client_secret, token: None, credentials })
}

/// Signs a user in with the browser.
async fn browse(
    args: &Args,
    settings: &SignInSettings,
    client_id: String,
    secret: Option<Secret>,
) -> Result<(SignIn, Ims, Tokens), Failure> {
    let redirect = RedirectTarget::new(args.redirect_uri.as_deref()).await?;
    let redirect_uri = redirect.uri().to_owned();
    let (credential, kind) = match secret {
        Some(secret) => (
            Credential::web(&client_id, secret, &redirect_uri),
            SignIn::Web { client_id, redirect_uri },
        ),
        None => (
            Credential::native(&client_id, &redirect_uri),
            SignIn::Native { client_id, redirect_uri },
        ),
    };
    let ims = settings.ims(credential)?;
    let authorization = ims.authorization()?;
    let callback = redirect.callback(&authorization, args.no_browser).await?;
    let tokens = ims.exchange(authorization.finish(&callback)?).await?;
    Ok((kind, ims, tokens))
}

/// Returns the client secret of the arguments or the environment.
fn client_secret(args: &Args) -> Result<Option<Secret>, Failure> {
    match (&args.client_secret, &args.client_secret_file) {
        (Some(secret), _) => input::secret("--client-secret", secret.expose()),
        (None, Some(file)) => input::secret_file(file).map(Some),
        (None, None) => Ok(variable("FRAMEIO_CLIENT_SECRET")?.map(Secret::from)),
    }
}

/// Returns the client ID of the arguments, the environment, or the simulator's demo app.
fn client_id(args: &Args, ims_url: &str, has_secret: bool) -> Result<String, Failure> {
    let typed = match &args.client_id {
        Some(typed) => input::setting("--client-id", typed)?,
        None => variable("FRAMEIO_CLIENT_ID")?,
    };
    if let Some(typed) = typed {
        return Ok(typed);
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
fn secret_line(what: &str) -> Result<Secret, Failure> {
    if !std::io::stdin().is_terminal() {
        return Ok(line(what)?.into());
    }
    // A closed standard error does not keep the user from typing.
    let mut stderr = std::io::stderr();
    let _ = write!(stderr, "{what}: ").and_then(|()| stderr.flush());
    let typed = rpassword::read_password().map_err(|error| Failure::usage(what, error))?;
    Ok(not_empty(what, &typed)?.into())
}

/// Reads a line of standard input.
fn line(what: &str) -> Result<String, Failure> {
    not_empty(what, &input::line(&mut std::io::stdin().lock(), what)?)
}

fn not_empty(what: &str, text: &str) -> Result<String, Failure> {
    let text = input::setting(what, text)?;
    text.ok_or_else(|| Failure::usage(what, "is missing on standard input"))
}
