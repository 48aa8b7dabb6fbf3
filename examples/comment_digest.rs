//! Prints a digest of a project: open comments by file and author, since yesterday.
//!
//! ```console
//! $ cargo run --example comment_digest --features markers
//! ```

use std::collections::BTreeMap;
use std::error::Error;
use std::time::Duration;

use frameio::Client;
use frameio::markers::{Author, CommentReader, Filter, Source};
use frameio_sim::{SavedState, Sim};
use jiff::Timestamp;

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let sim = Sim::builder().state(SavedState::demo()).quotas(false).build();
    let (account, project) = (sim.demo().account_id, sim.demo().project_id);
    let client = Client::builder().token(Sim::TOKEN).transport(sim).build()?;

    let mut filter = Filter::default();
    filter.open_only = true;
    // In your bot, the time of the last digest.
    filter.since = Some("2026-04-02T00:00:00Z".parse::<Timestamp>()? - Duration::from_secs(86_400));

    let reader = CommentReader::new(client, account).skip_undecodable(true);
    let mut files = reader.read(Source::Project(project));
    while let Some(file) = files.next().await {
        let mut file = match file {
            Ok(file) => file,
            // The other files are read nevertheless.
            Err(error) => {
                eprintln!("{error}");
                continue;
            }
        };
        filter.apply(&mut file.list);
        let mut by_author = BTreeMap::<String, usize>::new();
        for marker in &file.list.markers {
            *by_author
                .entry(marker.author.as_ref().map_or_else(String::new, Author::display))
                .or_default() += 1;
        }
        for (author, count) in by_author {
            println!("{}: {count} open by {author}", file.path);
        }
    }
    Ok(())
}
