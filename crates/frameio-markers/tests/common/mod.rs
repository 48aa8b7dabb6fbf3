//! The golden files and the list that they were made from.
#![allow(dead_code, unused_imports)] // Each test binary uses a part of it.

use frameio_markers::{
    Format, Marker, MarkerList, Media, Output, ReadOptions, WriteOptions, read, write,
};
use frameio_timecode::{Rate, Timebase};

macro_rules! golden {
    ($name:literal) => {
        include_bytes!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/golden/", $name)).as_slice()
    };
}
pub(crate) use golden;

/// Options for files of `Spot_v3.mov`.
pub(crate) fn spot_options() -> ReadOptions {
    let mut options = ReadOptions::default();
    options.rate = Some(Rate::FPS_29_97);
    options.start_timecode = Some("01:00:00;00".to_owned());
    options.name = Some("Spot_v3.mov".to_owned());
    options
}

/// The comments of `comments.v4.json`, with what `media.json` says.
pub(crate) fn spot() -> MarkerList {
    let mut list = read(Some(Format::Json), golden!("comments.v4.json"), &spot_options()).unwrap();
    list.media.frames = Some(3600);
    list
}

pub(crate) fn written(format: Format, list: &MarkerList, options: &WriteOptions) -> Output {
    write(format, list, options).unwrap_or_else(|error| panic!("{format}: {error}"))
}

/// The main file of an output.
pub(crate) fn file(format: Format, list: &MarkerList, options: &WriteOptions) -> Vec<u8> {
    written(format, list, options).files.swap_remove(0).data
}

/// A list of a file at a rate.
pub(crate) fn list_at(rate: Rate, drop_frame: bool, markers: Vec<Marker>) -> MarkerList {
    let mut media = Media::new("a.mov", Timebase::new(rate, drop_frame).unwrap());
    media.frames = Some(100_000);
    let mut list = MarkerList::new(media);
    list.markers = markers;
    list
}

/// A list of a file at 24 frames a second.
pub(crate) fn list(markers: Vec<Marker>) -> MarkerList {
    list_at(Rate::FPS_24, false, markers)
}

/// The text of the main file of an output.
pub(crate) fn text_of(format: Format, list: &MarkerList, options: &WriteOptions) -> String {
    String::from_utf8(file(format, list, options)).unwrap()
}
