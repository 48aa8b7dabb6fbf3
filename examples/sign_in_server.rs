//! Signs a server in with client credentials, without a user.
//!
//! ```console
//! $ cargo run --features auth --example sign_in_server
//! ```
//!
//! `FRAMEIO_CLIENT_ID` and `FRAMEIO_CLIENT_SECRET` belong to an OAuth Server-to-Server credential;
//! without them, it signs in at a local Frame.io that it starts.

use frameio::auth::{Credential, Ims, Session};
use frameio::users::ShowCurrentUser;
use frameio::{Client, auth};
use frameio_sim::{Credential as Demo, Sim};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    tracing_subscriber::fmt().with_writer(std::io::stderr).init();
    println!("signed in as {}", run().await?);
    Ok(())
}

pub(crate) async fn run() -> Result<String> {
    let own =
        std::env::var("FRAMEIO_CLIENT_ID").ok().zip(std::env::var("FRAMEIO_CLIENT_SECRET").ok());
    let (ims, client, _sim) = match own {
        Some((id, secret)) => {
            let ims = Ims::new(Credential::server_to_server(id, secret))?;
            (ims, Client::builder(), None)
        }
        None => {
            let sim = Sim::new().serve().await?;
            let demo = Credential::server_to_server(Demo::DEMO_SERVER_TO_SERVER, Demo::DEMO_SECRET);
            let ims = Ims::builder(demo).base_url(sim.url()).build()?;
            (ims, Client::builder().base_url(sim.url()), Some(sim))
        }
    };

    // The first call fetches a token; later calls use it until shortly before it expires.
    let session = Session::new(ims);
    let client = client.token_provider(session.clone()).build()?;
    match client.send(ShowCurrentUser::new()).await {
        Ok(user) => Ok(user.name),
        // Usually the account is not in the Admin Console, or the project lacks the product.
        Err(error) => match (session.explain(error.status()), error.find::<auth::Error>()) {
            (Some(why), _) => Err(format!("{error}\n{why}").into()),
            (None, Some(auth)) => Err(format!("{error}: {auth}").into()),
            (None, None) => Err(error.into()),
        },
    }
}
