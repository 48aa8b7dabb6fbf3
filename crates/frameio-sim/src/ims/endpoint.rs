//! The endpoints of IMS and what they are called.

use http::Method;

use crate::sim::Sim;

impl Sim {
    /// What [`Fault::on`](crate::Fault::on) and [`requests`](Sim::requests) call `/ims/authorize/v2`.
    pub const IMS_AUTHORIZE: &'static str = "ims.authorize";

    /// What they call `/ims/token/v3`.
    pub const IMS_TOKEN: &'static str = "ims.token";

    /// What they call `/ims/revoke`.
    pub const IMS_REVOKE: &'static str = "ims.revoke";

    /// What they call `/ims/userinfo/v2`.
    pub const IMS_USERINFO: &'static str = "ims.userinfo";

    /// What they call `/ims/validate_token/v1`.
    pub const IMS_VALIDATE_TOKEN: &'static str = "ims.validate_token";

    /// What they call `/ims/.well-known/openid-configuration`.
    pub const IMS_DISCOVERY: &'static str = "ims.openid_configuration";

    /// What they call `/ims/keys`.
    pub const IMS_KEYS: &'static str = "ims.keys";
}

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
            Self::Authorize => Some(Sim::IMS_AUTHORIZE),
            Self::Token => Some(Sim::IMS_TOKEN),
            Self::Revoke => Some(Sim::IMS_REVOKE),
            Self::Userinfo => Some(Sim::IMS_USERINFO),
            Self::ValidateToken => Some(Sim::IMS_VALIDATE_TOKEN),
            Self::Discovery => Some(Sim::IMS_DISCOVERY),
            Self::Keys => Some(Sim::IMS_KEYS),
            Self::Unknown => None,
        }
    }

    /// Every id.
    pub(crate) fn ids() -> impl Iterator<Item = &'static str> {
        const ALL: [Endpoint; 7] = [
            Endpoint::Authorize,
            Endpoint::Token,
            Endpoint::Revoke,
            Endpoint::Userinfo,
            Endpoint::ValidateToken,
            Endpoint::Discovery,
            Endpoint::Keys,
        ];
        ALL.into_iter().filter_map(Self::id)
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
