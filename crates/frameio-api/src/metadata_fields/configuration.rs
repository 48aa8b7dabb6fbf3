//! What can be configured of each kind of field, but for those of users.

use frameio_core::limits::{Check, Limits};
use frameio_core::{Extra, model, open_enum};

use crate::metadata::SelectOptionId;

/// Declares the configuration of a kind twice: whole, as answers have it and a creation takes it,
/// and in parts, as an update takes it.
macro_rules! configuration {
    (
        $(#[$meta:meta])*
        pub struct $name:ident, $update:ident {
            required { $(
                $(#[$required_meta:meta])*
                $required:ident: $required_ty:ident $(<$required_arg:ident>)? $(in $range:expr)?,
            )* }
            optional { $(
                $(#[$optional_meta:meta])*
                $optional:ident: $optional_ty:ident,
            )* }
        }
    ) => {
        model! {
            $(#[$meta])*
            pub struct $name {
                $( $(#[$required_meta])* pub $required: $required_ty $(<$required_arg>)?, )*
                $( $(#[$optional_meta])* pub $optional: Option<$optional_ty>, )*
            }
        }

        impl $name {
            $(
                $(#[$optional_meta])*
                #[must_use]
                pub fn $optional(mut self, $optional: impl Into<$optional_ty>) -> Self {
                    self.$optional = Some($optional.into());
                    self
                }
            )*
        }

        impl Check for $name {
            fn check(&self, limits: &mut Limits) {
                let _ = limits;
                $($( limits.check(stringify!($required), &self.$required, $range); )?)*
            }
        }

        model! {
            #[doc = concat!("What to change of a [`", stringify!($name), "`].")]
            pub struct $update {
                $( $(#[$required_meta])* pub $required: Option<$required_ty $(<$required_arg>)?>, )*
                $( $(#[$optional_meta])* pub $optional: Option<$optional_ty>, )*
            }
        }

        impl $update {
            /// A change of nothing yet.
            #[allow(clippy::new_without_default, reason = "one that changes nothing is of no use")]
            pub fn new() -> Self {
                Self {
                    $( $required: None, )*
                    $( $optional: None, )*
                    extra: Extra::new(),
                }
            }

            $(
                $(#[$optional_meta])*
                #[must_use]
                pub fn $optional(mut self, $optional: impl Into<$optional_ty>) -> Self {
                    self.$optional = Some($optional.into());
                    self
                }
            )*
        }

        impl Check for $update {
            fn check(&self, limits: &mut Limits) {
                let _ = limits;
                $($( limits.check(stringify!($required), &self.$required, $range); )?)*
            }
        }
    };
}

configuration! {
    /// How the dates of a field are shown.
    pub struct DateConfiguration, DateConfigurationUpdate {
        required {
            /// The order of day, month and year.
            display_format: DateFormat,
        }
        optional {
            /// Whether the time zone is shown. Default: false.
            display_timezone: bool,
            /// Whether there is a time of day. Default: false.
            include_time: bool,
            /// How the time of day is shown. Default: of twelve hours.
            time_format: TimeFormat,
        }
    }
}

impl DateConfiguration {
    /// Dates without a time of day.
    pub fn new(display_format: impl Into<DateFormat>) -> Self {
        Self {
            display_format: display_format.into(),
            display_timezone: None,
            include_time: None,
            time_format: None,
            extra: Extra::new(),
        }
    }
}

impl DateConfigurationUpdate {
    /// The order of day, month and year.
    #[must_use]
    pub fn display_format(mut self, display_format: impl Into<DateFormat>) -> Self {
        self.display_format = Some(display_format.into());
        self
    }
}

open_enum! {
    /// The order of day, month and year.
    pub enum DateFormat {
        /// As is usual where the reader is.
        Local = "local",
        /// With the name of the month.
        Friendly = "friendly",
        /// Month, day, year.
        Usa = "usa",
        /// Day, month, year.
        Euro = "euro",
        /// Year, month, day.
        Iso = "iso",
    }
}

open_enum! {
    /// How a time of day is shown.
    pub enum TimeFormat {
        /// With a.m. and p.m.
        TwelveHour = "twelve_hour",
        /// From 0 to 23 hours.
        TwentyFourHour = "twenty_four_hour",
    }
}

configuration! {
    /// What the numbers of a field are.
    pub struct NumberConfiguration, NumberConfigurationUpdate {
        required {
            /// How many decimal places are shown. 0 to 3.
            scale: u32 in 0..=3,
        }
        optional {
            /// What they measure. Default: nothing.
            number_format: NumberFormat,
        }
    }
}

impl NumberConfiguration {
    /// Numbers with so many decimal places, 0 to 3.
    pub fn new(scale: u32) -> Self {
        Self { scale, number_format: None, extra: Extra::new() }
    }
}

impl NumberConfigurationUpdate {
    /// How many decimal places are shown. 0 to 3.
    #[must_use]
    pub fn scale(mut self, scale: u32) -> Self {
        self.scale = Some(scale);
        self
    }
}

open_enum! {
    /// What numbers measure.
    pub enum NumberFormat {
        /// Bits in a second.
        Bitrate = "bitrate",
        /// Bits.
        Bits = "bits",
        /// How long something is.
        Duration = "duration",
        /// Frames in a second.
        Framerate = "framerate",
        /// How often something is.
        Frequency = "frequency",
        /// Bytes.
        Storage = "storage",
        /// A place in the media.
        Timecode = "timecode",
    }
}

configuration! {
    /// How a rating is given.
    pub struct RatingConfiguration, RatingConfigurationUpdate {
        required {
            /// The best rating. 0 to 5.
            max_value: u32 in 0..=5,
        }
        optional {
            /// The colour of the signs.
            color: String,
            /// What is counted.
            style: RatingStyle,
        }
    }
}

impl RatingConfiguration {
    /// Ratings up to `max_value`, 0 to 5.
    pub fn new(max_value: u32) -> Self {
        Self { max_value, color: None, style: None, extra: Extra::new() }
    }
}

impl RatingConfigurationUpdate {
    /// The best rating. 0 to 5.
    #[must_use]
    pub fn max_value(mut self, max_value: u32) -> Self {
        self.max_value = Some(max_value);
        self
    }
}

open_enum! {
    /// What a rating counts.
    pub enum RatingStyle {
        /// Stars.
        Star = "star",
        /// Hearts.
        Heart = "heart",
        /// Thumbs up.
        ThumbsUp = "thumbs_up",
    }
}

configuration! {
    /// What can be chosen in a field.
    pub struct SelectConfiguration, SelectConfigurationUpdate {
        required {
            /// The options to choose from. 1 to 50.
            options: Vec<FieldOption> in 1..=50,
        }
        optional {
            /// Whether whoever sets a value can add an option. Default: true.
            enable_add_new: bool,
        }
    }
}

impl SelectConfiguration {
    /// A choice of these options, 1 to 50.
    pub fn new(options: impl IntoIterator<Item = impl Into<FieldOption>>) -> Self {
        let options = options.into_iter().map(Into::into).collect();
        Self { options, enable_add_new: None, extra: Extra::new() }
    }
}

impl SelectConfigurationUpdate {
    /// Sets all options to choose from. 1 to 50.
    #[must_use]
    pub fn options(mut self, options: impl IntoIterator<Item = impl Into<FieldOption>>) -> Self {
        self.options = Some(options.into_iter().map(Into::into).collect());
        self
    }
}

model! {
    /// An option of a select field, as it is defined.
    pub struct FieldOption {
        /// The option's id, which the service gives.
        pub id: Option<SelectOptionId>,
        /// What it is called.
        pub display_name: String,
        /// Its colour.
        pub color: Option<String>,
    }
}

impl FieldOption {
    /// An option of this name.
    pub fn new(display_name: impl Into<String>) -> Self {
        Self { id: None, display_name: display_name.into(), color: None, extra: Extra::new() }
    }

    /// Sets its colour.
    #[must_use]
    pub fn color(mut self, color: impl Into<String>) -> Self {
        self.color = Some(color.into());
        self
    }
}

impl From<&str> for FieldOption {
    fn from(display_name: &str) -> Self {
        Self::new(display_name)
    }
}

impl From<String> for FieldOption {
    fn from(display_name: String) -> Self {
        Self::new(display_name)
    }
}

configuration! {
    /// How a toggle looks.
    pub struct ToggleConfiguration, ToggleConfigurationUpdate {
        required {}
        optional {
            /// Its colour.
            color: String,
        }
    }
}

impl ToggleConfiguration {
    /// As toggles look.
    #[allow(clippy::new_without_default, reason = "as all configurations are made")]
    pub fn new() -> Self {
        Self { color: None, extra: Extra::new() }
    }
}

model! {
    /// Of texts there is nothing to configure.
    pub struct TextConfiguration {}
}

impl TextConfiguration {
    /// As texts are.
    #[allow(clippy::new_without_default, reason = "as all configurations are made")]
    pub fn new() -> Self {
        Self { extra: Extra::new() }
    }
}
