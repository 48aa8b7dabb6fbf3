//! frameio
