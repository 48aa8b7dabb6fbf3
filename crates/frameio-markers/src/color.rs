//! Colours of markers, and the palettes of the editing systems.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Colour of a marker: every name that an editing system uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
#[allow(missing_docs)] // The names are the documentation.
pub enum Color {
    Red,
    Orange,
    Yellow,
    Green,
    Cyan,
    Blue,
    Purple,
    Magenta,
    Pink,
    White,
    Black,
    Fuchsia,
    Rose,
    Lavender,
    Sky,
    Mint,
    Lemon,
    Sand,
    Cocoa,
    Cream,
}

/// Colours that a format has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Palette {
    Resolve,
    Avid,
    Premiere,
    Otio,
}

use Color::{
    Black, Blue, Cocoa, Cream, Cyan, Fuchsia, Green, Lavender, Lemon, Magenta, Mint, Orange, Pink,
    Purple, Red, Rose, Sand, Sky, White, Yellow,
};

impl Color {
    /// Every colour.
    pub const ALL: [Self; 20] = [
        Red, Orange, Yellow, Green, Cyan, Blue, Purple, Magenta, Pink, White, Black, Fuchsia, Rose,
        Lavender, Sky, Mint, Lemon, Sand, Cocoa, Cream,
    ];

    /// The name, with a capital letter.
    pub const fn name(self) -> &'static str {
        match self {
            Red => "Red",
            Orange => "Orange",
            Yellow => "Yellow",
            Green => "Green",
            Cyan => "Cyan",
            Blue => "Blue",
            Purple => "Purple",
            Magenta => "Magenta",
            Pink => "Pink",
            White => "White",
            Black => "Black",
            Fuchsia => "Fuchsia",
            Rose => "Rose",
            Lavender => "Lavender",
            Sky => "Sky",
            Mint => "Mint",
            Lemon => "Lemon",
            Sand => "Sand",
            Cocoa => "Cocoa",
            Cream => "Cream",
        }
    }

    /// The closest colour that a palette has.
    pub(crate) const fn within(self, palette: Palette) -> Self {
        match palette {
            Palette::Resolve => match self {
                Orange => Yellow,
                Magenta => Fuchsia,
                White => Cream,
                Black => Cocoa,
                other => other,
            },
            Palette::Avid => match self {
                Orange | Lemon | Sand => Yellow,
                Purple | Pink | Fuchsia | Rose | Lavender => Magenta,
                Sky => Cyan,
                Mint => Green,
                Cocoa => Black,
                Cream => White,
                other => other,
            },
            Palette::Premiere => match self {
                Magenta | Fuchsia | Lavender => Purple,
                Pink | Rose => Red,
                Black => Blue,
                Sky => Cyan,
                Mint => Green,
                Lemon => Yellow,
                Sand | Cocoa => Orange,
                Cream => White,
                other => other,
            },
            Palette::Otio => match self {
                Fuchsia => Magenta,
                Rose => Pink,
                Lavender => Purple,
                Sky => Cyan,
                Mint => Green,
                Lemon => Yellow,
                Sand | Cocoa => Orange,
                Cream => White,
                other => other,
            },
        }
    }
}

impl Palette {
    /// Colour of open markers if colours follow the state: Resolve's default, elsewhere red.
    pub(crate) const fn open(self) -> Color {
        match self {
            Self::Resolve => Blue,
            _ => Red,
        }
    }

    /// Colour of markers that have none.
    pub(crate) const fn default_color(self) -> Color {
        match self {
            Self::Resolve => Blue,
            Self::Premiere => Green,
            Self::Avid | Self::Otio => Red,
        }
    }

    /// Colours of authors, in the order in which they are given out.
    pub(crate) fn authors(self) -> impl Iterator<Item = Color> {
        const ORDER: [Color; 12] =
            [Blue, Red, Yellow, Purple, Cyan, Green, Magenta, Orange, Pink, White, Lavender, Sand];
        ORDER.into_iter().filter(move |color| color.within(self) == *color)
    }
}

impl fmt::Display for Color {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.name())
    }
}

/// The text is not the name of a colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnknownColor(pub(crate) String);

impl fmt::Display for UnknownColor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "unknown colour '{}'", self.0)
    }
}

impl std::error::Error for UnknownColor {}

impl FromStr for Color {
    type Err = UnknownColor;

    /// Parses a name, in any case.
    fn from_str(text: &str) -> Result<Self, UnknownColor> {
        let name = text.trim();
        let found = Self::ALL.into_iter().find(|color| color.name().eq_ignore_ascii_case(name));
        found.ok_or_else(|| UnknownColor(name.chars().take(40).collect()))
    }
}
