//! Writes the open comments of a file as markers for DaVinci Resolve, and reports losses.
//!
//! ```console
//! $ cargo run --example resolve_markers --features markers
//! ```

use std::error::Error;

use frameio::Client;
use frameio::comments::CreateComment;
use frameio::files::CreateLocalUpload;
use frameio::markers::{CommentReader, Filter, Format, Source, Timing, WriteOptions, write};
use frameio_sim::Sim;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sim = Sim::builder().quotas(false).build();
    let demo = sim.demo();
    let client = Client::builder().token(Sim::TOKEN).transport(sim).build()?;
    let upload = CreateLocalUpload::new(&demo.account_id, &demo.root_folder_id, "Cut 3.mov", 7_u64);
    let file = client.send(upload).await?.id;
    for (frame, text) in
        [(412, "A beat too early"), (412, "Agreed"), (1290, "Remove the wire #vfx")]
    {
        let comment = CreateComment::new(&demo.account_id, &file, text).timestamp(frame as u64);
        client.send(comment).await?;
    }

    // The rate comes from the metadata of the file, unless it is set, as here.
    let mut timing = Timing::default();
    timing.rate = Some("23.976".parse()?);
    timing.start_timecode = Some("01:00:00:00".to_owned());
    let reader = CommentReader::new(client, &demo.account_id).timing(timing);
    let mut filter = Filter::default();
    filter.open_only = true;

    // A folder, project or share has many files, which are read as they are found.
    let mut files = reader.read(Source::File(file));
    while let Some(file) = files.next().await {
        let mut list = file?.list;
        filter.apply(&mut list);
        let output = write(Format::ResolveEdl, &list, &WriteOptions::default())?;
        for edl in &output.files {
            println!("{}\n{}", edl.name(list.media.stem()), String::from_utf8_lossy(&edl.data));
        }
        for (kind, count) in output.summary() {
            println!("lost or changed: {kind} ({count})");
        }
    }
    Ok(())
}
