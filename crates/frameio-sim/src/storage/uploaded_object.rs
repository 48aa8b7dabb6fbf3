//! The content of one upload, which arrives in parts.

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

/// S3 takes no more parts than this for one object; a larger file gets larger parts.
const MOST_PARTS: u64 = 10_000;

/// How an upload is cut: into parts of one size, of which the last may be smaller.
///
/// So the size of the parts follows from their number, which is all that a client has to go by
/// for an attachment: `ceil(size / number)`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Layout {
    pub(crate) size: u64,
    pub(crate) part: u64,
}

impl Layout {
    /// Parts of at most about `longest`, or longer ones where they would be too many.
    pub(crate) fn new(size: u64, longest: u64) -> Self {
        let count = size.div_ceil(longest.max(1)).clamp(1, MOST_PARTS);
        Self { size, part: size.div_ceil(count).max(1) }
    }

    /// The size of a part, by its index.
    pub(crate) fn part(self, index: usize) -> Option<u64> {
        let left = self.size.checked_sub((index as u64).checked_mul(self.part)?)?;
        (left > 0).then(|| left.min(self.part))
    }

    /// The size of each part.
    pub(crate) fn parts(self) -> impl Iterator<Item = u64> {
        (0..).map_while(move |index| self.part(index))
    }
}

/// Content of an upload. It does not change once it is complete, so that copies share it.
///
/// Parts are written while they arrive, so the list of them has a lock of its own.
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
    /// Places of the file that a broken or replaced part has left.
    free: Vec<u64>,
    /// Where the file ends.
    end: u64,
}

#[derive(Debug)]
enum Slot {
    Absent,
    /// Somebody writes at the place of the part.
    Writing,
    Kept(Kept),
}

impl UploadedObject {
    fn lock(&self) -> MutexGuard<'_, Slots> {
        self.slots.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Nothing yet.
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

    /// What came as a whole.
    pub(crate) fn whole(storage: Storage, id: &str, kept: Kept, size: u64) -> Self {
        let slots =
            Slots { parts: vec![Slot::Kept(kept)], missing: 0, free: Vec::new(), end: size };
        let layout = Layout::new(size, size);
        Self { storage, id: id.to_owned(), layout, slots: Mutex::new(slots) }
    }

    /// A place to write a part to; nothing where the upload is complete already.
    pub(crate) async fn write(self: &Arc<Self>, index: usize) -> io::Result<Option<PartWriter>> {
        let Some(size) = self.layout.part(index) else { return Ok(None) };
        let at = {
            let slots = &mut *self.lock();
            if slots.missing == 0 {
                return Ok(None);
            }
            slots.reserve(index, self.layout.part)
        };
        // It gives the place back if it cannot be written to.
        let mut writer = PartWriter { object: self.clone(), index, place: Some(at), writer: None };
        writer.writer = Some(Writer::open(&self.storage, &self.id, at, size).await?);
        Ok(Some(writer))
    }

    /// Streams the bytes of a range of what is complete.
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
                        Some(Segment::File { at: before, length: so_far })
                            if *before + *so_far == at =>
                        {
                            *so_far += length;
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

    /// Whether a part of it was not saved.
    fn is_lost(&self) -> bool {
        let lost = |slot: &Slot| matches!(slot, Slot::Kept(Kept::Lost));
        self.lock().parts.iter().any(lost)
    }

    /// Whether it takes up a file of its own.
    pub(crate) const fn is_in_file(&self) -> bool {
        matches!(self.storage, Storage::Directory(_))
    }

    /// Removes the file of the upload, if there is one, without keeping the runtime waiting.
    pub(crate) fn remove(&self) {
        let Some(path) = self.storage.path(&self.id) else { return };
        // There is none where no part has come.
        let remove = move || drop(std::fs::remove_file(path));
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn_blocking(remove)),
            Err(_) => remove(),
        }
    }
}

/// The bytes of `blocks` from `first` to before `after`.
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
    /// The part's own place, or another where that is taken.
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

    /// Gives a place back that nothing was kept at.
    fn release(&mut self, index: usize, at: u64, length: u64) {
        match self.parts.get_mut(index) {
            Some(slot @ Slot::Writing) if at == index as u64 * length => *slot = Slot::Absent,
            _ => self.free.push(at),
        }
    }

    /// Keeps a part, unless all are complete; returns whether this part completes them.
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

/// The most bytes of a content in memory that are saved with the state.
const MOST_SAVED: u64 = 1024 * 1024;

/// A content as it is saved.
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
    /// In base64.
    Bytes(String),
    /// At this offset of the file in the directory of the storage.
    At(u64),
    Counted,
    Lost,
}

impl SavedObject {
    /// One that is complete, and was only counted.
    pub(crate) fn counted(size: u64) -> Self {
        let (free, end) = (Vec::new(), None);
        Self { size, part_size: size.max(1), parts: vec![SavedPart::Counted], free, end }
    }

    pub(crate) fn is_complete(&self) -> bool {
        !self.parts.iter().any(|part| matches!(part, SavedPart::Absent))
    }

    /// What is wrong with it, if something is.
    pub(crate) fn check(&self) -> Result<(), String> {
        if self.part_size == 0 || self.part_size < self.size.div_ceil(MOST_PARTS) {
            return Err(format!("`part_size` has to be a {MOST_PARTS}th of `size` or more"));
        }
        let layout = Layout { size: self.size, part: self.part_size };
        let sizes: Vec<u64> = layout.parts().collect();
        // What came as a whole is one part, be it empty.
        if sizes.len().max(1) != self.parts.len().max(1) {
            return Err(format!("there have to be {} `parts`", sizes.len()));
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
    /// The id that its file has in a directory.
    pub(crate) fn id(&self) -> &str {
        &self.id
    }

    /// It as it is saved. What is in memory and too large is lost if it is complete, and has to be
    /// sent again if it is not.
    pub(crate) fn saved(&self) -> SavedObject {
        let slots = self.lock();
        let lost = || if slots.missing == 0 { SavedPart::Lost } else { SavedPart::Absent };
        let part = |slot: &Slot| match slot {
            Slot::Kept(Kept::Blocks(blocks)) if self.layout.size <= MOST_SAVED => {
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

    /// The same back; what is in a file is looked for in the directory of `storage`.
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
        // What was whole in memory stays there, and has no file that could be removed.
        let storage = if complete && !in_file { Storage::Memory } else { storage.clone() };
        let slots = Mutex::new(Slots { parts, missing, free, end });
        Self { storage, id: id.to_owned(), layout: Layout { size, part: part_size }, slots }
    }
}

/// Takes the bytes of one part; what was kept of the part before stays unless it is committed.
#[derive(Debug)]
pub(crate) struct PartWriter {
    object: Arc<UploadedObject>,
    index: usize,
    /// To be given back if nothing is kept there.
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

    /// Keeps the part; returns whether it completes the upload.
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
    fn parts_are_as_large_as_the_first_and_none_is_too_many() {
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
    async fn parts_that_break_off_or_come_again_leave_the_others_alone() {
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
            assert!(!late.commit().await.unwrap(), "was complete before");
            assert!(object.write(0).await.unwrap().is_none(), "is not changed any more");

            assert_eq!(read(&object, 0..8).await, "abcdefgh");
            assert_eq!(read(&object, 2..7).await, "cdefg");
            assert_eq!(read(&object, 4..4).await, "");
            object.remove();
        }
        drop(std::fs::remove_dir_all(directory));
    }
}
