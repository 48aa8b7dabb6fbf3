//! Signs a user in from a native program: PKCE, a loopback redirect, and tokens in a file.
//!
//! ```console
//! $ cargo run --features auth --example sign_in_native
//! ```
//!
//! Open the URL that it prints. The second run uses the tokens in the file. `FRAMEIO_CLIENT_ID` is
//! the client ID of an OAuth Native App credential; without it, users sign in at a local Frame.io
//! that each run starts.

use std::path::PathBuf;

use frameio::Client;
use frameio::auth::{Credential, FileStore, Ims, Loopback, Session};
use frameio::users::ShowCurrentUser;
use frameio_sim::{Credential as Demo, Sim};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let name = std::env::var("FRAMEIO_CLIENT_ID").unwrap_or(format!("{}", std::process::id()));
    let path = std::env::temp_dir().join("frameio-example").join(format!("{name}.json"));
    // A real program opens the browser here.
    println!("signed in as {}", run(path, |url| println!("Open {url}")).await?);
    Ok(())
}

pub(crate) async fn run(path: PathBuf, open: impl FnOnce(&str)) -> Result<String> {
    let sim = Sim::new().serve().await?;
    // Listens until it is dropped.
    let loopback = Loopback::bind().await?;
    let redirect = loopback.redirect_uri();
    let (ims, client) = match std::env::var("FRAMEIO_CLIENT_ID") {
        Ok(id) => (Ims::new(Credential::native(id, redirect))?, Client::builder()),
        Err(_) => {
            let demo = Credential::native(Demo::DEMO_NATIVE, redirect);
            let ims = Ims::builder(demo).base_url(sim.url()).build()?;
            (ims, Client::builder().base_url(sim.url()))
        }
    };
    let session = Session::builder(ims.clone()).store(FileStore::new(path)).build();
    match session.token().await {
        Ok(_) => println!("still signed in"),
        Err(error) if error.requires_sign_in() => {
            let authorization = ims.authorization()?;
            open(authorization.url());
            let code = authorization.finish(&loopback.callback(&authorization).await?)?;
            session.import(ims.exchange(code).await?).await?;
        }
        Err(error) => return Err(error.into()),
    }
    let client = client.token_provider(session).build()?;
    Ok(client.send(ShowCurrentUser::new()).await?.name)
}
