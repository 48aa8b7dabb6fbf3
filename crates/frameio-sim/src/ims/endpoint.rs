//! Endpoints of IMS.

use http::Method;

use crate::operation_ids;

/// Endpoint of IMS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Endpoint {
    Authorize,
    Token,
    Revoke,
    Userinfo,
    ValidateToken,
    Discovery,
    Keys,
}

impl Endpoint {
    pub(crate) const ALL: [Self; 7] = [
        Self::Authorize,
        Self::Token,
        Self::Revoke,
        Self::Userinfo,
        Self::ValidateToken,
        Self::Discovery,
        Self::Keys,
    ];

    /// Returns the endpoint of a path.
    pub(crate) fn of(path: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|endpoint| endpoint.path() == path)
    }

    pub(crate) const fn path(self) -> &'static str {
        match self {
            Self::Authorize => "/ims/authorize/v2",
            Self::Token => "/ims/token/v3",
            Self::Revoke => "/ims/revoke",
            Self::Userinfo => "/ims/userinfo/v2",
            Self::ValidateToken => "/ims/validate_token/v1",
            Self::Discovery => "/ims/.well-known/openid-configuration",
            Self::Keys => "/ims/keys",
        }
    }

    /// Returns the id in faults and recorded requests.
    pub(crate) const fn id(self) -> &'static str {
        match self {
            Self::Authorize => operation_ids::IMS_AUTHORIZE,
            Self::Token => operation_ids::IMS_TOKEN,
            Self::Revoke => operation_ids::IMS_REVOKE,
            Self::Userinfo => operation_ids::IMS_USERINFO,
            Self::ValidateToken => operation_ids::IMS_VALIDATE_TOKEN,
            Self::Discovery => operation_ids::IMS_DISCOVERY,
            Self::Keys => operation_ids::IMS_KEYS,
        }
    }

    pub(crate) const fn methods(self) -> &'static [Method] {
        match self {
            // The login page uses POST.
            Self::Authorize | Self::ValidateToken => &[Method::GET, Method::POST],
            Self::Token | Self::Revoke => &[Method::POST],
            Self::Userinfo | Self::Discovery | Self::Keys => &[Method::GET],
        }
    }
}
