//! Content of an upload, which arrives in parts.

use std::collections::VecDeque;
use std::io;
use std::ops::Range;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use futures_util::stream::Stream;
use serde::{Deserialize, Serialize};

use super::{Kept, Segment, Storage, Writer, read};

/// Maximum number of parts, which is the limit of S3. Larger files have larger parts.
const MAX_PARTS: u64 = 10_000;

/// Division of an upload into parts of equal size, of which the last may be smaller.
///
/// The size of the parts is `ceil(size / number)`. Clients depend on that for attachments, for which
/// they receive only the number of parts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) size: u64,
    pub(crate) part: u64,
}

impl Layout {
    /// Creates parts of at most `max_part` bytes, or larger ones if there would be too many.
    pub(crate) fn new(size: u64, max_part: u64) -> Self {
        let count = size.div_ceil(max_part.max(1)).clamp(1, MAX_PARTS);
        Self { size, part: size.div_ceil(count).max(1) }
    }

    /// Returns the size of a part by its index.
    pub(crate) fn part(self, index: usize) -> Option<u64> {
        let left = self.size.checked_sub((index as u64).checked_mul(self.part)?)?;
        (left > 0).then(|| left.min(self.part))
    }

    /// Returns the sizes of all parts.
    pub(crate) fn parts(self) -> impl Iterator<Item = u64> {
        (0..).map_while(move |index| self.part(index))
    }
}

/// Content of an upload. A complete one is immutable, so copies share it.
///
/// The list of parts has its own lock, because parts are written while they arrive.
#[derive(Debug)]
pub(crate) struct UploadedObject {
    storage: Storage,
    id: String,
    pub(crate) layout: Layout,
    slots: Mutex<Slots>,
}

#[derive(Debug)]
struct Slots {
    parts: Vec<Slot>,
    missing: usize,
    /// Offsets in the file that incomplete or replaced parts have freed.
    free: Vec<u64>,
    /// End of the file.
    end: u64,
}

#[derive(Debug)]
enum Slot {
    Absent,
    /// A writer is active at the offset of the part.
    Writing,
    Kept(Kept),
}

impl UploadedObject {
    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Creates an object without parts.
    pub(crate) fn new(storage: Storage, id: &str, layout: Layout) -> Self {
        let parts: Vec<Slot> = layout.parts().map(|_| Slot::Absent).collect();
        let slots = Slots {
            missing: parts.len(),
            end: parts.len() as u64 * layout.part,
            parts,
            free: Vec::new(),
        };
        Self { storage, id: id.to_owned(), layout, slots: Mutex::new(slots) }
    }

    /// Creates a complete object.
    pub(crate) fn whole(storage: Storage, id: &str, kept: Kept, size: u64) -> Self {
        let slots =
            Slots { parts: vec![Slot::Kept(kept)], missing: 0, free: Vec::new(), end: size };
        let layout = Layout::new(size, size);
        Self { storage, id: id.to_owned(), layout, slots: Mutex::new(slots) }
    }

    /// Opens a writer for a part; returns `None` if the upload is complete or has no such part.
    pub(crate) async fn write(self: &Arc<Self>, index: usize) -> io::Result<Option<PartWriter>> {
        let Some(size) = self.layout.part(index) else { return Ok(None) };
        let at = {
            let slots = &mut *self.lock();
            if slots.missing == 0 {
                return Ok(None);
            }
            slots.reserve(index, self.layout.part)
        };
        // Dropping the writer frees the offset if opening fails.
        let mut writer = PartWriter { object: self.clone(), index, place: Some(at), writer: None };
        writer.writer = Some(Writer::open(&self.storage, &self.id, at, size).await?);
        Ok(Some(writer))
    }

    /// Streams a range of a complete object.
    pub(crate) async fn read(
        &self,
        range: Range<u64>,
    ) -> io::Result<impl Stream<Item = io::Result<Bytes>> + Send + 'static> {
        if self.is_lost() {
            return Err(io::Error::other("the content was not saved with the state"));
        }
        let segments = self.segments(range);
        let in_file = segments.iter().any(|segment| matches!(segment, Segment::File { .. }));
        let path = self.storage.path(&self.id).filter(|_| in_file);
        read(segments, path).await
    }

    fn segments(&self, range: Range<u64>) -> VecDeque<Segment> {
        let mut segments = VecDeque::new();
        let slots = self.lock();
        let mut start = 0;
        for (slot, size) in slots.parts.iter().zip(self.layout.parts()) {
            let end = start + size;
            let cut = range.start.clamp(start, end)..range.end.clamp(start, end);
            let (first, length) = (cut.start - start, cut.end.saturating_sub(cut.start));
            match slot {
                Slot::Kept(_) if length == 0 => {}
                Slot::Kept(Kept::Blocks(blocks)) => {
                    segments.extend(slices(blocks, first, first + length).map(Segment::Bytes));
                }
                &Slot::Kept(Kept::At(place)) => {
                    let at = place + first;
                    match segments.back_mut() {
                        Some(Segment::File { at: start, length: previous })
                            if *start + *previous == at =>
                        {
                            *previous += length;
                        }
                        _ => segments.push_back(Segment::File { at, length }),
                    }
                }
                Slot::Kept(Kept::Counted) => {
                    segments.push_back(Segment::Pattern { at: cut.start, length });
                }
                Slot::Kept(Kept::Lost) | Slot::Absent | Slot::Writing => {}
            }
            start = end;
        }
        segments
    }

    /// Returns whether a part was not saved with the state.
    fn is_lost(&self) -> bool {
        let lost = |slot: &Slot| matches!(slot, Slot::Kept(Kept::Lost));
        self.lock().parts.iter().any(lost)
    }

    /// Returns whether the content is stored in a file.
    pub(crate) const fn is_in_file(&self) -> bool {
        matches!(self.storage, Storage::Directory(_))
    }

    /// Removes the file of the upload, if any, without blocking the runtime.
    pub(crate) fn remove(&self) {
        let Some(path) = self.storage.path(&self.id) else { return };
        // The file does not exist before the first part arrives.
        let remove = move || drop(std::fs::remove_file(path));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}

/// Returns the bytes of `blocks` from `first` to `after`, exclusive.
fn slices(blocks: &[Bytes], first: u64, after: u64) -> impl Iterator<Item = Bytes> {
    let mut start = 0;
    blocks.iter().filter_map(move |block| {
        let end = start + block.len() as u64;
        let (from, to) = (first.clamp(start, end) - start, after.clamp(start, end) - start);
        start = end;
        (from < to).then(|| block.slice(from as usize..to as usize))
    })
}

impl Slots {
    /// Returns an offset for a part: the regular one, or another if that is in use.
    fn reserve(&mut self, index: usize, length: u64) -> u64 {
        if let Some(slot @ Slot::Absent) = self.parts.get_mut(index) {
            *slot = Slot::Writing;
            return index as u64 * length;
        }
        self.free.pop().unwrap_or_else(|| {
            let at = self.end;
            self.end += length;
            at
        })
    }

    /// Frees an unused offset.
    fn release(&mut self, index: usize, at: u64, length: u64) {
        match self.parts.get_mut(index) {
            Some(slot @ Slot::Writing) if at == index as u64 * length => *slot = Slot::Absent,
            _ => self.free.push(at),
        }
    }

    /// Stores a part unless the upload is complete; returns whether the part completes it.
    fn keep(&mut self, index: usize, kept: Kept) -> bool {
        let Some(slot) = self.parts.get_mut(index).filter(|_| self.missing > 0) else {
            return false;
        };
        match std::mem::replace(slot, Slot::Kept(kept)) {
            Slot::Kept(Kept::At(replaced)) => self.free.push(replaced),
            Slot::Kept(_) => {}
            Slot::Absent | Slot::Writing => self.missing -= 1,
        }
        self.missing == 0
    }
}

/// Maximum size of a content in memory that is saved with the state, in bytes.
const MAX_SAVED: u64 = 1024 * 1024;

/// Serialized form of an uploaded object.
#[derive(Clone, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SavedObject {
    pub(crate) size: u64,
    part_size: u64,
    parts: Vec<SavedPart>,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    free: Vec<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    end: Option<u64>,
}

#[derive(Clone, Deserialize, Serialize)]
#[serde(rename_all = "snake_case")]
enum SavedPart {
    Absent,
    /// Bytes in base64.
    Bytes(String),
    /// Offset in the upload's file in the storage directory.
    At(u64),
    Counted,
    Lost,
}

impl SavedObject {
    /// Creates a complete object whose bytes were only counted.
    pub(crate) fn counted(size: u64) -> Self {
        let (free, end) = (Vec::new(), None);
        Self { size, part_size: size.max(1), parts: vec![SavedPart::Counted], free, end }
    }

    pub(crate) fn is_complete(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, SavedPart::Absent))
    }

    /// Validates the object; the error is for the author of the file.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.part_size == 0 || self.part_size < self.size.div_ceil(MAX_PARTS) {
            return Err(format!("'part_size' must be at least a {MAX_PARTS}th of 'size'"));
        }
        let layout = Layout { size: self.size, part: self.part_size };
        let sizes: Vec<u64> = layout.parts().collect();
        // An object that arrived as a whole has one part, even if it is empty.
        if sizes.len().max(1) != self.parts.len().max(1) {
            return Err(format!("'parts' must have {} items", sizes.len()));
        }
        for (index, (part, size)) in self.parts.iter().zip(sizes).enumerate() {
            let SavedPart::Bytes(text) = part else { continue };
            let length = STANDARD.decode(text).ok().map(|bytes| bytes.len() as u64);
            if length != Some(size) {
                return Err(format!("part {index} is not {size} bytes in base64"));
            }
        }
        Ok(())
    }
}

impl UploadedObject {
    /// Returns the id, which is the name of the file in a directory.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// Returns the serialized form. Parts in memory that are too large to be saved are marked as lost if
    /// the upload is complete, and as absent otherwise, so that the client has to send them again.
    pub(crate) fn saved(&self) -> SavedObject {
        let slots = self.lock();
        let lost = || if slots.missing == 0 { SavedPart::Lost } else { SavedPart::Absent };
        let part = |slot: &Slot| match slot {
            Slot::Kept(Kept::Blocks(blocks)) if self.layout.size <= MAX_SAVED => {
                SavedPart::Bytes(STANDARD.encode(blocks.concat()))
            }
            Slot::Kept(Kept::Blocks(_)) => lost(),
            Slot::Kept(Kept::At(at)) => SavedPart::At(*at),
            Slot::Kept(Kept::Counted) => SavedPart::Counted,
            Slot::Kept(Kept::Lost) => SavedPart::Lost,
            Slot::Absent | Slot::Writing => SavedPart::Absent,
        };
        let in_file = self.is_in_file() && slots.missing > 0;
        SavedObject {
            size: self.layout.size,
            part_size: self.layout.part,
            parts: slots.parts.iter().map(part).collect(),
            free: if in_file { slots.free.clone() } else { Vec::new() },
            end: in_file.then_some(slots.end),
        }
    }

    /// Restores an object; bytes in files are expected in the directory of `storage`.
    pub(crate) fn restored(saved: SavedObject, storage: &Storage, id: &str) -> Self {
        let SavedObject { size, part_size, parts, free, end } = saved;
        let complete = !parts.iter().any(|part| matches!(part, SavedPart::Absent));
        let in_file = parts.iter().any(|part| matches!(part, SavedPart::At(_)));
        let has_files = matches!(storage, Storage::Directory(_));
        let slot = |part: SavedPart| match part {
            SavedPart::Absent => Slot::Absent,
            SavedPart::Bytes(text) => {
                Slot::Kept(Kept::Blocks(vec![STANDARD.decode(text).unwrap_or_default().into()]))
            }
            SavedPart::At(at) if has_files => Slot::Kept(Kept::At(at)),
            SavedPart::At(_) | SavedPart::Lost if complete => Slot::Kept(Kept::Lost),
            SavedPart::At(_) | SavedPart::Lost => Slot::Absent,
            SavedPart::Counted => Slot::Kept(Kept::Counted),
        };
        let parts: Vec<Slot> = parts.into_iter().map(slot).collect();
        let missing = parts.iter().filter(|slot| matches!(slot, Slot::Absent)).count();
        let end = end.unwrap_or(parts.len() as u64 * part_size);
        // A complete object without a file stays in memory, because there is no file to remove.
        let storage = if complete && !in_file { Storage::Memory } else { storage.clone() };
        let slots = Mutex::new(Slots { parts, missing, free, end });
        Self { storage, id: id.to_owned(), layout: Layout { size, part: part_size }, slots }
    }
}

/// Writer of a part. Earlier bytes of the same part are replaced only when the writer commits.
#[derive(Debug)]
pub(crate) struct PartWriter {
    object: Arc<UploadedObject>,
    index: usize,
    /// Offset to be freed unless the part is committed.
    place: Option<u64>,
    writer: Option<Writer>,
}

impl PartWriter {
    pub(crate) async fn write(&mut self, data: Bytes) -> io::Result<()> {
        match &mut self.writer {
            Some(writer) => writer.write(data).await,
            None => Ok(()),
        }
    }

    /// Stores the part; returns whether it completes the upload.
    pub(crate) async fn commit(mut self) -> io::Result<bool> {
        let Some(writer) = self.writer.take() else { return Ok(false) };
        let kept = writer.finish().await?;
        self.place = None;
        Ok(self.object.lock().keep(self.index, kept))
    }
}

impl Drop for PartWriter {
    fn drop(&mut self) {
        if let Some(place) = self.place {
            self.object.lock().release(self.index, place, self.object.layout.part);
        }
    }
}

#[cfg(test)]
mod tests {
    use futures_util::TryStreamExt;

    use super::*;

    #[test]
    fn parts_have_equal_sizes_and_a_limited_number() {
        let sizes = |size, part| Layout::new(size, part).parts().collect::<Vec<_>>();
        assert_eq!(sizes(50_645_990, 17_000_000), [16_881_997, 16_881_997, 16_881_996]);
        assert_eq!(sizes(1, 10), [1]);
        assert_eq!(sizes(20, 10), [10, 10]);
        assert_eq!(sizes(10, 4), [4, 4, 2]);
        assert_eq!(sizes(10, 1), [1; 10]);
        assert!(sizes(0, 10).is_empty());
        for size in 1..200 {
            for longest in 1..20 {
                let sizes = sizes(size, longest);
                let (last, others) = sizes.split_last().unwrap();
                let derived = size.div_ceil(sizes.len() as u64);
                assert!(others.iter().all(|part| *part == derived) && *last <= derived);
                assert!(derived <= longest && sizes.iter().sum::<u64>() == size);
            }
        }
        let large = sizes(5_000_000_000_000, 17_000_000);
        assert_eq!((large.len(), large.iter().sum::<u64>()), (10_000, 5_000_000_000_000));
    }

    async fn put(object: &Arc<UploadedObject>, index: usize, data: &'static str) -> bool {
        let mut writer = object.write(index).await.unwrap().unwrap();
        writer.write(data.into()).await.unwrap();
        writer.commit().await.unwrap()
    }

    async fn read(object: &UploadedObject, range: Range<u64>) -> String {
        let chunks: Vec<Bytes> = object.read(range).await.unwrap().try_collect().await.unwrap();
        String::from_utf8(chunks.concat()).unwrap()
    }

    #[tokio::test]
    async fn incomplete_and_repeated_parts_do_not_affect_other_parts() {
        let directory = std::env::temp_dir().join(uuid::Uuid::new_v4().to_string());
        for storage in [Storage::Memory, Storage::Directory(directory.clone())] {
            let object = Arc::new(UploadedObject::new(storage.clone(), "x", Layout::new(8, 3)));
            let mut broken = object.write(0).await.unwrap().unwrap();
            broken.write("???".into()).await.unwrap();
            drop(broken);
            assert!(!put(&object, 0, "abc").await);
            let mut broken = object.write(0).await.unwrap().unwrap();
            broken.write("??".into()).await.unwrap();
            drop(broken);

            let mut first = object.write(1).await.unwrap().unwrap();
            first.write("???".into()).await.unwrap();
            let mut second = object.write(1).await.unwrap().unwrap();
            second.write("!!!".into()).await.unwrap();
            assert!(!second.commit().await.unwrap());
            drop(first);
            assert!(!put(&object, 1, "def").await);
            let mut late = object.write(2).await.unwrap().unwrap();
            late.write("??".into()).await.unwrap();
            assert!(put(&object, 2, "gh").await, "complete");
            assert!(!late.commit().await.unwrap(), "the upload is already complete");
            assert!(object.write(0).await.unwrap().is_none(), "a complete upload is immutable");

            assert_eq!(read(&object, 0..8).await, "abcdefgh");
            assert_eq!(read(&object, 2..7).await, "cdefg");
            assert_eq!(read(&object, 4..4).await, "");
            object.remove();
        }
        drop(std::fs::remove_dir_all(directory));
    }
}
