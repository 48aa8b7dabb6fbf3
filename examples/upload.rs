//! Uploads a directory, with a progress bar for each file in flight.
//!
//! ```console
//! $ FRAMEIO_TOKEN=… cargo run --example upload -- DIRECTORY '/Workspace/Project/Folder'
//! ```
//!
//! Without a token, it uploads the examples to a local Frame.io that it starts. Run again, it skips
//! existing files and resumes incomplete ones.

use std::collections::HashMap;
use std::error::Error;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use frameio::Client;
use frameio::transfer::{Outcome, Transfers, UploadTree};
use frameio_sim::Sim;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let examples = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../examples");
    let directory = arguments.next().map_or(examples, PathBuf::from);
    let folder = arguments.next().and_then(|folder| folder.into_string().ok());
    let folder = folder.unwrap_or_else(|| "/Demo Workspace/Demo Project".to_owned());

    // The local Frame.io runs until its handle is dropped.
    let (client, _sim) = match std::env::var("FRAMEIO_TOKEN") {
        Ok(token) => (Client::new(token)?, None),
        Err(_) => {
            let sim = Sim::builder().build().serve().await?;
            println!("no FRAMEIO_TOKEN: using a local Frame.io at {}", sim.url());
            (Client::builder().base_url(sim.url()).token(Sim::TOKEN).build()?, Some(sim))
        }
    };

    let transfers = Transfers::new(client);
    let place = transfers.resolve(folder.parse()?).await?;
    let folder_id =
        place.folder_id().ok_or_else(|| format!("'{folder}' is neither a folder nor a project"))?;

    let all = MultiProgress::new();
    let style = ProgressStyle::with_template("{wide_msg} {bytes}/{total_bytes} {bytes_per_sec}")?;
    let bars: Arc<Mutex<HashMap<String, ProgressBar>>> = Arc::default();
    let (shown, lines) = (bars.clone(), all.clone());
    let tree = UploadTree::new(&place.account_id, folder_id, directory)
        .manifests(std::env::temp_dir().join("frameio-uploads"))
        .progress(move |path, progress| {
            let mut bars = shown.lock().unwrap_or_else(PoisonError::into_inner);
            let bar = bars.entry(path.to_string()).or_insert_with(|| {
                let bar = ProgressBar::new(0).with_style(style.clone());
                all.add(bar.with_message(path.to_string()))
            });
            bar.set_length(progress.total.unwrap_or_default());
            bar.set_position(progress.bytes);
        })
        .on_item(move |item| {
            let path = item.remote.to_string();
            if let Some(bar) = bars.lock().unwrap_or_else(PoisonError::into_inner).remove(&path) {
                bar.finish_and_clear();
            }
            // Prints above the bars.
            let _ = match &item.outcome {
                Outcome::Failed(error) => lines.println(format!("{path}: {error}")),
                Outcome::Transferred { bytes, .. } => {
                    lines.println(format!("{path}: {bytes} bytes"))
                }
                _ => Ok(()),
            };
        });
    let summary = transfers.upload_tree(tree).await?;
    println!("{summary}");
    if summary.is_complete() { Ok(()) } else { Err("some files failed: run it again".into()) }
}
