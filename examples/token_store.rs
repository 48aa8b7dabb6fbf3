//! Keeps tokens in a custom store.
//!
//! ```console
//! $ cargo run --features auth --example token_store
//! ```

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use frameio::auth::{Credential, Ims, Session, StoreLock, TokenStore, Tokens};
use frameio::users::ShowCurrentUser;
use frameio::{BoxError, Client};
use frameio_sim::{Credential as Demo, Sim};

/// Stands for a database. Tokens are secrets: encrypt them outside of the process.
type Rows = Arc<Mutex<HashMap<String, String>>>;

/// Tokens of one user. Clones share the row and its lock.
#[derive(Clone, Default)]
struct Row {
    user: String,
    rows: Rows,
    lock: Arc<tokio::sync::Mutex<()>>,
}

impl TokenStore for Row {
    async fn load(&self) -> Result<Option<Tokens>, BoxError> {
        let rows = self.rows.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(rows.get(&self.user).map(|json| serde_json::from_str(json)).transpose()?)
    }
    async fn save(&self, tokens: &Tokens) -> Result<(), BoxError> {
        let json = serde_json::to_string(tokens)?;
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).insert(self.user.clone(), json);
        Ok(())
    }
    async fn clear(&self) -> Result<(), BoxError> {
        self.rows.lock().unwrap_or_else(PoisonError::into_inner).remove(&self.user);
        Ok(())
    }
    // A refresh token works once: sessions that share the row must refresh one after the other.
    async fn lock(&self) -> Result<StoreLock, BoxError> {
        Ok(StoreLock::new(self.lock.clone().lock_owned().await))
    }
}

#[tokio::main]
async fn main() -> Result<(), BoxError> {
    let sim = Sim::new().serve().await?;
    let demo = Credential::server_to_server(Demo::DEMO_SERVER_TO_SERVER, Demo::DEMO_SECRET);
    let ims = Ims::builder(demo).base_url(sim.url()).build()?;
    let store = Row { user: "service".into(), ..Row::default() };
    let session = Session::builder(ims).store(store.clone()).build();
    let client = Client::builder().base_url(sim.url()).token_provider(session.clone()).build()?;
    println!("signed in as {}", client.send(ShowCurrentUser::new()).await?.name);
    println!("token in the store: {}", store.load().await?.is_some());
    session.sign_out().await?; // Calls `clear`.
    println!("token after signing out: {}", store.load().await?.is_some());
    Ok(())
}
