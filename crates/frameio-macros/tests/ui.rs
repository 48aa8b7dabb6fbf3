//! Compiler output for mistakes in the declaration of a request.
//!
//! After a change, `TRYBUILD=overwrite cargo test -p frameio-macros --test ui` updates the outputs. Read
//! each of them: it should point at the wrong token and suggest a correction.

#[test]
fn mistakes_are_reported_at_their_token() {
    trybuild::TestCases::new().compile_fail("tests/ui/*.rs");
}
