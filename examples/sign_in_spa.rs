//! Signs a user in from a page without a backend, by PKCE.
//!
//! ```console
//! $ cargo run --features auth --example sign_in_spa
//! ```
//!
//! The page reloads when the user returns, so it stores the started authorization as JSON, for
//! example in `sessionStorage`. Here, you paste the address of the browser into the terminal.
//! `FRAMEIO_CLIENT_ID` and `FRAMEIO_REDIRECT_URI` belong to an OAuth Single-Page App credential;
//! without them, users sign in at a local Frame.io that it starts.

use frameio::Client;
use frameio::auth::{Authorization, Credential, Ims, Session};
use frameio::users::ShowCurrentUser;
use frameio_sim::{Credential as Demo, Sim};

type Result<T> = std::result::Result<T, Box<dyn std::error::Error + Send + Sync>>;

#[tokio::main]
async fn main() -> Result<()> {
    let name = run(async |url| {
        println!("Open {url}\nand paste the final address of the browser:");
        let mut address = String::new();
        std::io::stdin().read_line(&mut address)?;
        Ok(address)
    });
    println!("signed in as {}", name.await?);
    Ok(())
}

pub(crate) async fn run(browser: impl AsyncFnOnce(String) -> Result<String>) -> Result<String> {
    let sim = Sim::new().serve().await?;
    let own =
        std::env::var("FRAMEIO_CLIENT_ID").ok().zip(std::env::var("FRAMEIO_REDIRECT_URI").ok());
    let (ims, client) = match own {
        Some((id, redirect)) => {
            (Ims::new(Credential::single_page(id, redirect))?, Client::builder())
        }
        None => {
            let redirect = "http://localhost/callback";
            let demo = Credential::single_page(Demo::DEMO_SINGLE_PAGE, redirect);
            let ims = Ims::builder(demo).base_url(sim.url()).build()?;
            (ims, Client::builder().base_url(sim.url()))
        }
    };

    // The browser leaves the page: store the authorization.
    let authorization = ims.authorization()?;
    let stored = serde_json::to_string(&authorization)?;
    let address = browser(authorization.url().to_owned()).await?;

    // The page is loaded again.
    let authorization: Authorization = serde_json::from_str(&stored)?;
    let tokens = ims.exchange(authorization.finish(&address)?).await?;
    let session = Session::new(ims);
    session.import(tokens).await?;
    let client = client.token_provider(session).build()?;
    Ok(client.send(ShowCurrentUser::new()).await?.name)
}
