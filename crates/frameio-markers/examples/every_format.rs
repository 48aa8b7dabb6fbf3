//! Converts a file of markers into every format.
//!
//! ```sh
//! cargo run -p frameio-markers --example every_format -- comments.json out/ [ADDRESS OF THE MEDIA FILE]
//! ```
//!
//! The input is any format that says its frame rate, such as `json`, `fiojson`, `fcpxml` or `otio`. With the
//! address of the media file, FCPXML has a clip in place of a gap.

use std::error::Error;
use std::path::Path;
use std::{env, fs};

use frameio_markers::{Format, ReadOptions, WriteOptions, read, write};

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args().skip(1);
    let (Some(input), Some(directory)) = (arguments.next(), arguments.next()) else {
        return Err("usage: every_format INPUT DIRECTORY [ADDRESS]".into());
    };
    let list = read(None, &fs::read(&input)?, &ReadOptions::default())?;
    for note in &list.notes {
        eprintln!("{input}: {}", note.text);
    }

    let mut options = WriteOptions::default();
    options.fcpxml_media = arguments.next();
    for format in Format::ALL {
        let output = write(format, &list, &options)?;
        let directory = Path::new(&directory).join(format.name());
        fs::create_dir_all(&directory)?;
        for file in &output.files {
            fs::write(directory.join(file.name("comments")), &file.data)?;
        }
        let lost: Vec<_> =
            output.summary().iter().map(|(kind, count)| format!("{count} {kind}")).collect();
        println!("{format}: {} files; lost: {}", output.files.len(), lost.join(", "));
    }
    Ok(())
}
