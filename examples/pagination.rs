//! Reads a list item by item, page by page, with the total number, and from a stored cursor.
//!
//! ```console
//! $ cargo run --example pagination
//! ```

use frameio::folders::{CreateFolder, ListFolders};
use frameio::{Client, Cursor, EndpointExt};
use frameio_sim::Sim;
use futures_util::TryStreamExt;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let sim = Sim::builder().quotas(false).build();
    let demo = sim.demo();
    let client = Client::builder().token(Sim::TOKEN).transport(sim).build()?;
    for number in 1..=7 {
        let folder = CreateFolder::new(&demo.account_id, &demo.root_folder_id);
        client.send(folder.name(format!("Reel {number}"))).await?;
    }
    let list = ListFolders::new(&demo.account_id, &demo.root_folder_id).page_size(3);

    // Item by item. The next page is requested while this one is used.
    let mut folders = client.items(list.clone().include_total_count(true));
    while let Some(folder) = folders.next().await {
        println!("{} of {:?}", folder?.name, folders.total_count());
    }

    // Page by page, with the metadata of each response.
    let mut pages = client.pages(list.clone().with_meta());
    let first = pages.next().await.ok_or("the list has no page")??;
    println!("{} on the first page, {:?}", first.value.data.len(), first.rate_limit);

    // A cursor can be stored, and another run resumes from it.
    let stored = pages.cursor().ok_or("the list has only one page")?.to_string();
    let rest = client.items(list.after(Cursor::from(stored)));
    let names: Vec<_> = rest.map_ok(|folder| folder.name).try_collect().await?;
    println!("remaining: {names:?}");
    Ok(())
}
