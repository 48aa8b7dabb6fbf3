//! Runs a local Frame.io for a program in another language, until its standard input closes.
//!
//! ```console
//! $ cargo run -p frameio-sim --example sim_server
//! FRAMEIO_BASE_URL=http://127.0.0.1:49152
//! FRAMEIO_TOKEN=frameio-sim-demo-token
//! {"account_id":"…", …}
//! ```
//!
//! The third line has the ids of the initial records and the operations. Parts of uploads have at
//! most 1,000,000 bytes, and quotas are off, so that tests do not wait.

use std::error::Error;
use std::io::{self, Write};

use frameio_sim::{Credential, Sim};
use serde_json::{Value, json};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Box<dyn Error>> {
    let sim = Sim::builder().quotas(false).part_size(1_000_000).build();
    let server = sim.serve().await?;
    {
        let mut stdout = io::stdout().lock();
        writeln!(stdout, "FRAMEIO_BASE_URL={}", server.url())?;
        writeln!(stdout, "FRAMEIO_TOKEN={}", Sim::TOKEN)?;
        writeln!(stdout, "{}", about(&sim))?;
        // Output to a pipe is buffered.
        stdout.flush()?;
    }
    tokio::task::spawn_blocking(|| io::copy(&mut io::stdin().lock(), &mut io::sink())).await??;
    server.close().await;
    Ok(())
}

fn about(sim: &Sim) -> Value {
    let demo = sim.demo();
    let operation = |operation: &frameio_core::Operation| {
        json!({
            "id": operation.id,
            "method": operation.method.as_str(),
            "path": operation.path,
            "api_version": operation.api_version,
        })
    };
    json!({
        "account_id": demo.account_id.as_str(),
        "workspace_id": demo.workspace_id.as_str(),
        "project_id": demo.project_id.as_str(),
        "root_folder_id": demo.root_folder_id.as_str(),
        "user_id": demo.user_id.as_str(),
        "editor_id": demo.editor_id.as_str(),
        "commenter_id": demo.commenter_id.as_str(),
        "viewer_id": demo.viewer_id.as_str(),
        "viewer_token": sim.token_of(&demo.viewer_id),
        "credentials": {
            "web": Credential::DEMO_WEB,
            "server_to_server": Credential::DEMO_SERVER_TO_SERVER,
            "single_page": Credential::DEMO_SINGLE_PAGE,
            "secret": Credential::DEMO_SECRET,
        },
        "operations": Sim::operations().map(operation).collect::<Vec<_>>(),
    })
}
