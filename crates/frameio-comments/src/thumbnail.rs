//! Thumbnails of media files.

use std::time::Duration;

use frameio_api::files::File;
use frameio_core::AccountId;
use frameio_markers::Picture;
use frameio_transfer::{Open, Rendition, Transfers};
use tokio::time::timeout;

/// Maximum size in bytes. Thumbnails of the service are far smaller.
const MAX_SIZE: usize = 2 << 20;

/// Maximum time for the content, once its download has started.
const MAX_TIME: Duration = Duration::from_secs(30);

/// Downloads the thumbnail of a file by its signed link, which is requested for it: the link of a list may
/// have expired. `None` if the service has none.
pub(crate) async fn read(
    transfers: &Transfers,
    account: &AccountId,
    file: &File,
) -> Result<Option<Picture>, String> {
    // A list may have no links of the versions of a stack.
    let links = file.media_links.as_deref();
    if links.is_some_and(|links| links.thumbnail.is_none()) {
        return Ok(None);
    }
    let open = Open::new(account, &file.id).rendition(Rendition::Thumbnail);
    let mut reader = transfers.open(open).await.map_err(|error| error.to_string())?;
    let content = async {
        let mut data = Vec::new();
        while let Some(bytes) = reader.next().await {
            data.extend_from_slice(&bytes.map_err(|error| error.to_string())?);
            if data.len() > MAX_SIZE {
                return Err(format!("larger than {MAX_SIZE} bytes"));
            }
        }
        Ok(data)
    };
    let data = match timeout(MAX_TIME, content).await {
        Ok(data) => data?,
        Err(_) => return Err(format!("no complete response within {} s", MAX_TIME.as_secs())),
    };
    let picture = Picture::detect(data).ok_or("not a JPEG, PNG, WebP or GIF")?;
    Ok(Some(picture))
}
