//! Configuration of each type of field, except users.

use frameio_core::limits::{Check, Limits};
use frameio_core::{Extra, model, open_enum};

use crate::metadata::SelectOptionId;

/// Declares two types for the configuration of a type of field: a whole one for responses and
/// creations, and one with optional fields for updates.
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
            #[doc = concat!("Changes to a [`", stringify!($name), "`].")]
            pub struct $update {
                $( $(#[$required_meta])* pub $required: Option<$required_ty $(<$required_arg>)?>, )*
                $( $(#[$optional_meta])* pub $optional: Option<$optional_ty>, )*
            }
        }

        impl $update {
            /// Creates an update without changes.
            #[allow(clippy::new_without_default, reason = "an update without changes is useless")]
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
    /// Configuration of a date field: how dates are displayed.
    pub struct DateConfiguration, DateConfigurationUpdate {
        required {
            /// Format of the date.
            display_format: DateFormat,
        }
        optional {
            /// Whether the time zone is displayed. Default: false.
            display_timezone: bool,
            /// Whether values have a time of day. Default: false.
            include_time: bool,
            /// Format of the time of day. Default: [`TimeFormat::TwelveHour`].
            time_format: TimeFormat,
        }
    }
}

impl DateConfiguration {
    /// Creates the configuration of dates without a time of day.
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
    /// Sets the format of the date.
    #[must_use]
    pub fn display_format(mut self, display_format: impl Into<DateFormat>) -> Self {
        self.display_format = Some(display_format.into());
        self
    }
}

open_enum! {
    /// Format of a date.
    pub enum DateFormat {
        /// Format of the viewer's locale.
        Local = "local",
        /// Format with the name of the month.
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
    /// Format of a time of day.
    pub enum TimeFormat {
        /// 12-hour clock with AM and PM.
        TwelveHour = "twelve_hour",
        /// 24-hour clock.
        TwentyFourHour = "twenty_four_hour",
    }
}

configuration! {
    /// Configuration of a number field.
    pub struct NumberConfiguration, NumberConfigurationUpdate {
        required {
            /// Number of decimal places, 0 to 3.
            scale: u32 in 0..=3,
        }
        optional {
            /// Quantity that the numbers measure. Default: none.
            number_format: NumberFormat,
        }
    }
}

impl NumberConfiguration {
    /// Creates the configuration of numbers with `scale` decimal places, 0 to 3.
    pub fn new(scale: u32) -> Self {
        Self { scale, number_format: None, extra: Extra::new() }
    }
}

impl NumberConfigurationUpdate {
    /// Sets the number of decimal places, 0 to 3.
    #[must_use]
    pub fn scale(mut self, scale: u32) -> Self {
        self.scale = Some(scale);
        self
    }
}

open_enum! {
    /// Quantity that a number measures, which decides how it is displayed.
    pub enum NumberFormat {
        /// A bit rate.
        Bitrate = "bitrate",
        /// A number of bits.
        Bits = "bits",
        /// A duration.
        Duration = "duration",
        /// A frame rate.
        Framerate = "framerate",
        /// A frequency.
        Frequency = "frequency",
        /// An amount of storage.
        Storage = "storage",
        /// A timecode.
        Timecode = "timecode",
    }
}

configuration! {
    /// Configuration of a rating field.
    pub struct RatingConfiguration, RatingConfigurationUpdate {
        required {
            /// Highest rating, 0 to 5.
            max_value: u32 in 0..=5,
        }
        optional {
            /// Color of the symbols. The service does not document the format.
            color: String,
            /// Symbol that a rating consists of.
            style: RatingStyle,
        }
    }
}

impl RatingConfiguration {
    /// Creates the configuration of ratings up to `max_value`, 0 to 5.
    pub fn new(max_value: u32) -> Self {
        Self { max_value, color: None, style: None, extra: Extra::new() }
    }
}

impl RatingConfigurationUpdate {
    /// Sets the highest rating, 0 to 5.
    #[must_use]
    pub fn max_value(mut self, max_value: u32) -> Self {
        self.max_value = Some(max_value);
        self
    }
}

open_enum! {
    /// Symbol that a rating consists of.
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
    /// Configuration of a select field.
    pub struct SelectConfiguration, SelectConfigurationUpdate {
        required {
            /// Options, 1 to 50.
            options: Vec<FieldOption> in 1..=50,
        }
        optional {
            /// Whether users can add options when they set a value. Default: true.
            enable_add_new: bool,
        }
    }
}

impl SelectConfiguration {
    /// Creates the configuration from the options, 1 to 50.
    pub fn new(options: impl IntoIterator<Item = impl Into<FieldOption>>) -> Self {
        let options = options.into_iter().map(Into::into).collect();
        Self { options, enable_add_new: None, extra: Extra::new() }
    }
}

impl SelectConfigurationUpdate {
    /// Sets the options, 1 to 50, which replace the existing ones.
    #[must_use]
    pub fn options(mut self, options: impl IntoIterator<Item = impl Into<FieldOption>>) -> Self {
        self.options = Some(options.into_iter().map(Into::into).collect());
        self
    }
}

model! {
    /// An option in the definition of a select field.
    pub struct FieldOption {
        /// Id of the option, assigned by the service. Absent for options to create.
        pub id: Option<SelectOptionId>,
        /// Name of the option.
        pub display_name: String,
        /// Color of the option. The service does not document the format.
        pub color: Option<String>,
    }
}

impl FieldOption {
    /// Creates an option from its name.
    pub fn new(display_name: impl Into<String>) -> Self {
        Self { id: None, display_name: display_name.into(), color: None, extra: Extra::new() }
    }

    /// Sets the color of the option.
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
    /// Configuration of a toggle field.
    pub struct ToggleConfiguration, ToggleConfigurationUpdate {
        required {}
        optional {
            /// Color of the toggle. The service does not document the format.
            color: String,
        }
    }
}

impl ToggleConfiguration {
    /// Creates a configuration with the default color.
    #[allow(clippy::new_without_default, reason = "all configurations are created with `new`")]
    pub fn new() -> Self {
        Self { color: None, extra: Extra::new() }
    }
}

model! {
    /// Configuration of a text field, which has no settings.
    pub struct TextConfiguration {}
}

impl TextConfiguration {
    /// Creates the configuration.
    #[allow(clippy::new_without_default, reason = "all configurations are created with `new`")]
    pub fn new() -> Self {
        Self { extra: Extra::new() }
    }
}
