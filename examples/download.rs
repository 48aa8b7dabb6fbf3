//! Downloads a file, with a progress bar and a checksum, and resumes after Ctrl-C.
//!
//! ```console
//! $ FRAMEIO_TOKEN=… cargo run --example download -- '/Workspace/Project/Folder/take.mov' DIRECTORY
//! ```
//!
//! Without a token, it starts a local Frame.io, uploads a file to it and downloads that.
//! Interrupted with Ctrl-C and run again, it resumes.

use std::error::Error;
use std::path::PathBuf;

use frameio::Client;
use frameio::transfer::{Checksum, Download, Existing, Transfers, Upload, safe_name};
use frameio_sim::{Sim, SimServer};
use indicatif::{ProgressBar, ProgressStyle};

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args_os().skip(1);
    let path = arguments.next().and_then(|path| path.into_string().ok());
    let path = path.unwrap_or_else(|| "/Demo Workspace/Demo Project/take.mov".to_owned());
    let directory = arguments.next().map_or_else(std::env::temp_dir, PathBuf::from);

    // The local Frame.io runs until its handle is dropped.
    let (transfers, _sim) = match std::env::var("FRAMEIO_TOKEN") {
        Ok(token) => (Transfers::new(Client::new(token)?), None),
        Err(_) => {
            let (transfers, server) = local().await?;
            (transfers, Some(server))
        }
    };

    let place = transfers.resolve(path.parse()?).await?;
    let file = place.file().ok_or_else(|| format!("'{path}' is not a file"))?;
    let bar = ProgressBar::new(file.file_size).with_style(ProgressStyle::with_template(
        "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}",
    )?);
    let shown = bar.clone();
    let target = directory.join(safe_name(&file.name));
    let download = Download::new(&place.account_id, &file.id, target)
        .existing(Existing::SkipSame)
        .checksum(Checksum::Xxh3)
        .progress(move |progress| shown.set_position(progress.bytes));
    let done = tokio::select! {
        done = transfers.download(download) => done?,
        _ = tokio::signal::ctrl_c() => return Err("interrupted: run it again to resume".into()),
    };
    bar.finish_and_clear();
    match done.digest {
        Some(digest) => println!("{}: {} bytes, xxh3 {digest}", done.path.display(), done.size),
        None => println!("{} already exists", done.path.display()),
    }
    Ok(())
}

/// Starts a local Frame.io that contains a file.
async fn local() -> Result<(Transfers, SimServer), Box<dyn Error>> {
    let sim = Sim::builder().build();
    let server = sim.serve().await?;
    println!("no FRAMEIO_TOKEN: using a local Frame.io at {}", server.url());
    let client = Client::builder().base_url(server.url()).token(Sim::TOKEN).build()?;
    let transfers = Transfers::new(client);
    let (account, folder) = (&sim.demo().account_id, &sim.demo().root_folder_id);
    let upload = Upload::from_bytes(account, folder, "take.mov", vec![7; 40 << 20]);
    transfers.upload(upload).await?;
    Ok((transfers, server))
}
