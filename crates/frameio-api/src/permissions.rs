//! Roles, and users who have them: what all permissions share.
