//! The endpoints of IMS and what they are called.

use http::Method;

use crate::operation_ids;

/// What a request to IMS is for, by its path.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Authorize,
    Token,
    Revoke,
    Userinfo,
    ValidateToken,
    Discovery,
    Keys,
    /// Nothing that there is.
    Unknown,
}

impl Endpoint {
    /// Nothing for a path that is not below `/ims/`.
    pub(crate) fn of(path: &str) -> Option<Self> {
        Some(match path.strip_prefix("/ims/")? {
            "authorize/v2" => Self::Authorize,
            "token/v3" => Self::Token,
            "revoke" => Self::Revoke,
            "userinfo/v2" => Self::Userinfo,
            "validate_token/v1" => Self::ValidateToken,
            ".well-known/openid-configuration" => Self::Discovery,
            "keys" => Self::Keys,
            _ => Self::Unknown,
        })
    }

    /// The id that faults and records name it by.
    pub(crate) const fn id(self) -> Option<&'static str> {
        match self {
            Self::Authorize => Some(operation_ids::IMS_AUTHORIZE),
            Self::Token => Some(operation_ids::IMS_TOKEN),
            Self::Revoke => Some(operation_ids::IMS_REVOKE),
            Self::Userinfo => Some(operation_ids::IMS_USERINFO),
            Self::ValidateToken => Some(operation_ids::IMS_VALIDATE_TOKEN),
            Self::Discovery => Some(operation_ids::IMS_DISCOVERY),
            Self::Keys => Some(operation_ids::IMS_KEYS),
            Self::Unknown => None,
        }
    }

    pub(super) const fn methods(self) -> &'static [Method] {
        match self {
            // The buttons of the login page post.
            Self::Authorize | Self::ValidateToken => &[Method::GET, Method::POST],
            Self::Token | Self::Revoke => &[Method::POST],
            Self::Userinfo | Self::Discovery | Self::Keys | Self::Unknown => &[Method::GET],
        }
    }
}
