//! The formats, a module each.
//!
//! Each names the program that imports it, what it cannot carry, and what could not be tried when it was
//! written. [`Format::capabilities`](crate::Format::capabilities) has the same as data.

pub mod avid_txt;
pub mod avid_xml;
pub mod chapters;
pub mod fcp7_xml;
pub mod fcpxml;
pub mod fiojson;
pub mod frameio_csv;
pub mod html;
pub mod json;
pub mod markdown;
pub mod otio;
pub mod premiere_csv;
pub mod resolve_edl;
pub mod rows;
pub mod subtitles;

mod comments;
mod drawing;
mod fcpxml_read;
mod json_text;
mod resolve_edl_read;
mod table;
